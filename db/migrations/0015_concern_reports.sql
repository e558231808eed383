-- Concern reports: that one was made to social services, and what came back; never what it says (SoL 2025:400 19:1).

create table base.concern_reports (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'made' check (status in ('made', 'opened', 'not_opened', 'already_ongoing', 'no_answer')),
  made_at timestamptz not null,
  district_id uuid,
  mandatory boolean not null, -- under 18 when it was made
  reference text check (length(reference) between 1 and 100),
  reminder_at timestamptz not null, -- 14 days after it was made
  outcome_at timestamptz,
  primary key (municipality, id),
  unique (municipality, youth_id, id),
  constraint concern_reports_district_id_fkey foreign key (municipality, district_id) references base.districts (municipality, id),
  constraint outcome_at_with_status check ((status = 'made') = (outcome_at is null)),
  constraint concern_outcome_before_report check (outcome_at >= made_at)
);
select base.guard('concern_reports', 'youth');
create index concern_reports_reminder on base.concern_reports (municipality, reminder_at) where status = 'made';
create index concern_reports_made on base.concern_reports (municipality, made_at);
