-- Safety notices: what staff must do at a visit, for their safety; never why.

create table base.safety_notices (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'active' check (status in ('active', 'ended')),
  measures text not null check (length(measures) between 1 and 500),
  valid_until date not null,
  concern_report_id uuid,
  ended_at timestamptz,
  primary key (municipality, id),
  constraint safety_notices_concern_report_id_fkey foreign key (municipality, youth_id, concern_report_id)
    references base.concern_reports (municipality, youth_id, id),
  constraint notice_ended_with_status check ((status = 'ended') = (ended_at is not null))
);
select base.guard('safety_notices', 'youth');
create index safety_notices_valid_until on base.safety_notices (municipality, valid_until);
