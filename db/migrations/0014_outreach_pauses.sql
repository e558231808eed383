-- Outreach pauses: social services ask to hold outreach to a youth for a time, with consent.

create table base.outreach_pauses (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'active' check (status in ('active', 'ended')),
  requested_by text not null check (length(requested_by) between 1 and 100), -- a function, not a person
  consent_id uuid,
  evidence_reference text check (length(evidence_reference) between 1 and 100), -- social services hold the consent
  from_date date not null,
  until_date date not null, -- the last day, unless it is ended before
  ended_at timestamptz,
  status_reason text check (length(status_reason) between 1 and 200),
  last_date date not null generated always as -- the last day that it holds; before from_date: none
    (least(until_date, (ended_at at time zone 'Europe/Stockholm')::date - 1)) stored,
  primary key (municipality, id),
  constraint outreach_pauses_consent_id_fkey foreign key (municipality, youth_id, consent_id) references base.consents (municipality, youth_id, id),
  constraint pause_without_consent check (consent_id is not null or evidence_reference is not null),
  constraint pause_ends_before_start check (until_date >= from_date),
  constraint pause_ended_with_status check ((status = 'ended') = (ended_at is not null))
);
select base.guard('outreach_pauses', 'youth');
create index outreach_pauses_last on base.outreach_pauses (municipality, last_date);
create index outreach_pauses_consent on base.outreach_pauses (municipality, consent_id) where consent_id is not null;

-- Whether a pause of the person that had been entered by then holds the day.
create function base.is_paused(town text, person uuid[], day date, entered timestamptz default 'infinity')
returns boolean language sql stable set search_path = pg_catalog
return exists (select from base.outreach_pauses p where p.municipality = town and p.youth_id = any (person)
               and day between p.from_date and p.last_date and p.created_at <= entered);
revoke all on function base.is_paused from public;
