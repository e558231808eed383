-- Address notifications: the tax agency is told that a youth does not live at the registered address (FOL 32 c §).

create table base.address_notifications (
  like base.standard including defaults,
  youth_id uuid not null,
  attempt_id uuid not null, -- the visit that showed it
  sent_at timestamptz not null,
  reference text check (length(reference) between 1 and 100),
  primary key (municipality, id),
  constraint address_notifications_attempt_id_fkey foreign key (municipality, attempt_id) references base.outreach_attempts (municipality, id),
  constraint notified_twice unique (municipality, attempt_id)
);
select base.guard('address_notifications', 'youth');
