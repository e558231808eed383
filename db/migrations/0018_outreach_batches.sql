-- Outreach batches: one mailing to many, chosen by the filters of the outreach plan.

create table base.outreach_batches (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 100),
  status text not null default 'draft' check (status in ('draft', 'planned', 'sent', 'cancelled')),
  channel text not null check (channel in ('letter', 'sms', 'email')),
  purpose text not null default 'outreach' check (purpose in ('outreach', 'follow_up', 'turning_20')),
  filter jsonb not null default '{}' check (jsonb_typeof(filter) = 'object'),
  staff text[] not null check (base.are_named(staff) and base.are_distinct(staff)),
  planned_at timestamptz,
  sent_at timestamptz,
  primary key (municipality, id),
  constraint batch_sent_at_with_status check ((status = 'sent') = (sent_at is not null))
);
select base.guard('outreach_batches', 'configuration');
alter table base.outreach_attempts add constraint outreach_attempts_batch_id_fkey
  foreign key (municipality, batch_id) references base.outreach_batches (municipality, id);
create index outreach_attempts_batch on base.outreach_attempts (municipality, batch_id, status) where batch_id is not null;
