-- Consents, referrals to recipients, and the record of what was released to whom on which ground.

-- The purpose a consent must have for a recipient with this system (domain.md 6).
create function base.purpose_of(system text) returns text language sql immutable parallel safe
return case when system = 'vera' then 'crm' else 'sharing' end;

-- Sensitive recipients ----------------------------------------------------------------------------

-- True when one of the recipients is sensitive: such a recipient must not select persons (dataskyddslagen 3:3).
create function base.any_sensitive(town text, recipients uuid[]) returns boolean language sql stable
return exists (select from base.recipients r where r.municipality = town and r.id = any (recipients) and r.sensitive);

-- For filters by recipient: refuses a sensitive one, unless the youth is given as well.
create function base.searchable_recipients(recipients uuid[], youth_given boolean) returns boolean language plpgsql stable as $$
begin
  if not youth_given and base.any_sensitive(base.municipality(), recipients) then
    perform base.refuse(400, 'sensitive-search', '{"parameter": "recipientId"}');
  end if;
  return true;
end $$;

-- The feed of tables with recipient_ids: what goes to a sensitive recipient is not in it.
create function base.note_addressed_changes() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
  select n.municipality, replace(tg_table_name, '_', '-'), n.id, n.youth_id,
         case tg_op when 'INSERT' then 'created' else 'updated' end,
         case when y.protection = 'none' then 'all' else 'protected' end, y.status = 'preventive', y.district_id
  from new_rows n join base.youths y on y.municipality = n.municipality and y.id = n.youth_id
  where not base.any_sensitive(n.municipality, n.recipient_ids);
  return null;
end $$;

create function base.follow_addressed(tbl text) returns void language plpgsql as $$
begin
  execute format('drop trigger note_insert on base.%I', tbl);
  execute format('drop trigger note_update on base.%I', tbl);
  perform base.follow(tbl, 'note_addressed_changes');
end $$;

-- Consents ----------------------------------------------------------------------------------------

create table base.consents (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'active' check (status in ('active', 'withdrawn')),
  purpose text not null check (purpose in ('sharing', 'crm', 'sip', 'outreach_pause')),
  recipient_ids uuid[] not null default '{}',
  shares text[] not null default '{identity}',
  given_by_youth boolean not null default false,
  guardians jsonb not null default '[]' check (jsonb_typeof(guardians) = 'array' and jsonb_array_length(guardians) <= 4),
  medium text not null check (medium in ('written', 'digital', 'oral')),
  given_at timestamptz not null,
  valid_until date,
  withdrawn_at timestamptz,
  evidence_reference text check (length(evidence_reference) between 1 and 100),
  primary key (municipality, id),
  unique (municipality, youth_id, id),
  constraint consent_given_by_nobody check (given_by_youth or jsonb_array_length(guardians) > 0),
  constraint recipients_missing check (purpose = 'outreach_pause' or cardinality(recipient_ids) > 0),
  constraint shares_wrong check (cardinality(shares) > 0 and base.are_distinct(shares)
    and shares <@ '{identity,contact,guardians,registration,measures,message}'),
  constraint consent_ends_before_given check (valid_until >= (given_at at time zone 'Europe/Stockholm')::date),
  constraint withdrawn_with_status check ((status = 'withdrawn') = (withdrawn_at is not null)),
  constraint withdrawn_before_given check (withdrawn_at >= given_at)
);
select base.guard('consents', 'youth');
select base.follow_addressed('consents');
revoke insert, update on base.consents from kaa_service;
grant insert (id, youth_id, purpose, recipient_ids, shares, given_by_youth, guardians, medium, given_at, valid_until,
              evidence_reference), update (status, withdrawn_at) on base.consents to kaa_service;
create index consents_ends on base.consents (municipality, valid_until) where status = 'active' and valid_until is not null;

-- The day of the 18th birthday: guardians' consent, and their data here, end then.
create function base.of_age_on(birth_date date) returns date language sql immutable parallel safe
return (birth_date + interval '18 years')::date;

-- How guardians are told apart: by name, however it is written.
create function base.names_of(guardians jsonb) returns text[] language sql immutable parallel safe
return array(select lower(btrim(g ->> 'name')) from jsonb_array_elements(guardians) g);

create function base.rule_consent() returns trigger language plpgsql as $$
declare
  youth base.youths;
  fit int;
begin
  if base.is_off(case new.purpose when 'sip' then 'sip-requests' when 'outreach_pause' then 'outreach-pauses' end) then
    perform base.refuse(422, 'function-off', '{"pointer": "/purpose"}');
  end if;
  if new.given_at > base.now() + interval '1 minute' then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/givenAt"}');
  end if;
  if exists (select from jsonb_array_elements(new.guardians) g where (g ->> 'givenAt')::timestamptz > base.now() + interval '1 minute') then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/guardians"}');
  end if;
  select * into youth from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  if jsonb_array_length(new.guardians) > 0 and base.of_age_on(youth.birth_date) <= base.today() then
    perform base.refuse(422, 'guardian-of-adult', '{"pointer": "/guardians"}');
  end if;
  if not base.are_distinct(base.names_of(new.guardians)) then
    perform base.refuse(422, 'guardian-twice', '{"pointer": "/guardians"}');
  end if;
  if not new.given_by_youth and base.policy() ->> 'guardianConsent' = 'all'
     and not base.names_of(youth.guardians) <@ base.names_of(new.guardians) then
    perform base.refuse(422, 'guardian-missing', '{"pointer": "/guardians"}');
  end if;
  if exists (select from unnest(new.recipient_ids) i where not exists
     (select from base.recipients r where r.municipality = new.municipality and r.id = i)) then
    perform base.refuse(422, 'unknown-reference', '{"pointer": "/recipientIds"}');
  end if;
  select count(*) into fit from base.recipients r where r.municipality = new.municipality and r.id = any (new.recipient_ids)
    and base.purpose_of(r.system) <> new.purpose;
  if new.purpose in ('sharing', 'crm') and fit > 0 then
    perform base.refuse(422, 'purpose-does-not-fit', '{"pointer": "/purpose"}');
  end if;
  return new;
end $$;
create trigger rule_consent before insert on base.consents for each row execute function base.rule_consent();

-- True when the consent lets what is known of the youth go to the recipient for the purpose at that time; a pause of
-- outreach goes to nobody. The one place that says so.
create function base.consent_covers(consent base.consents, youth uuid, purpose text, recipient uuid, at timestamptz)
returns boolean language sql stable security definer set search_path = pg_catalog
return coalesce((consent).status = 'active' and (consent).youth_id = youth and (consent).purpose = consent_covers.purpose
  and (recipient = any ((consent).recipient_ids) or consent_covers.purpose = 'outreach_pause') and (consent).given_at <= at + interval '1 minute'
  and ((consent).valid_until is null or (at at time zone 'Europe/Stockholm')::date <= (consent).valid_until)
  and ((consent).given_by_youth
       or (select base.of_age_on(y.birth_date) > (at at time zone 'Europe/Stockholm')::date or y.birth_date is null
           from base.youths y where y.municipality = (consent).municipality and y.id = (consent).youth_id)), false);
revoke all on function base.consent_covers from public;
grant execute on function base.consent_covers to kaa_service;

-- When a consent ended or will end: withdrawn, run out, or the guardians' say over.
create function base.consent_end(consent base.consents, birth_date date) returns timestamptz language sql immutable
return least((consent).withdrawn_at, ((consent).valid_until + 1)::timestamp at time zone 'Europe/Stockholm',
             case when not (consent).given_by_youth
                  then base.of_age_on(birth_date)::timestamp at time zone 'Europe/Stockholm' end);

-- One that has run out is over, and is shown so, whatever its row says.
create function base.require_running_consent(id uuid, body jsonb) returns void language plpgsql as $$
begin
  if exists (select from base.consents c join base.youths y on y.municipality = c.municipality and y.id = c.youth_id
             where c.municipality = base.municipality() and c.id = require_running_consent.id
               and base.consent_end(c, y.birth_date) <= base.now()) then
    perform base.refuse(409, 'transition-not-allowed', '{"status": "expired", "allowed": []}');
  end if;
end $$;
insert into base.transitions (resource, "from", event, "to", sets, requires)
values ('consents', 'active', 'withdrawn', 'withdrawn', '{at=withdrawn_at}', 'require_running_consent');

-- Disclosures -------------------------------------------------------------------------------------

-- What left the municipality's own care: to whom, on which ground, which members. Written at release, never changed.
create table base.disclosures (
  like base.standard including defaults,
  youth_id uuid not null,
  recipient_id uuid,
  recipient text check (length(recipient) between 1 and 100), -- one that is in no register of recipients: an authority by law
  resource text not null check (resource in ('referrals', 'sip-requests', 'statistics-export')),
  resource_id uuid not null, -- of an export: the trace of the request
  consent_id uuid,
  ground text check (length(ground) between 1 and 200),
  shares text[] not null check (cardinality(shares) > 0),
  primary key (municipality, id),
  constraint disclosures_recipient_id_fkey foreign key (municipality, recipient_id) references base.recipients (municipality, id),
  constraint disclosures_consent_id_fkey foreign key (municipality, youth_id, consent_id) references base.consents (municipality, youth_id, id),
  constraint disclosure_without_ground check ((consent_id is null) <> (ground is null)),
  constraint disclosure_without_recipient check ((recipient_id is null) <> (recipient is null))
);
select base.guard('disclosures', 'youth');
drop trigger note_insert on base.disclosures; -- the feed tells of the referral or request itself
drop trigger note_update on base.disclosures;
revoke insert, update on base.disclosures from kaa_service;
create index disclosures_resource_id on base.disclosures (municipality, resource_id);

-- Finds the ground on which the youth's data may go to the recipient now, holds it against withdrawal until
-- the transaction ends, writes the disclosure, and answers it; refuses when there is none. A consent that is
-- named must cover; without a name any that covers will do, or the recipient's own ground.
create function base.require_release(resource text, id uuid, youth uuid, recipient uuid, consent uuid, purpose text)
returns base.disclosures language plpgsql security definer set search_path = pg_catalog as $$
declare
  town text := base.municipality();
  receiver base.recipients;
  held base.consents;
  release base.disclosures;
begin
  select * into receiver from base.recipients r where r.municipality = town and r.id = recipient;
  if receiver.valid_from > base.today() or receiver.valid_to < base.today() then
    perform base.refuse(422, 'recipient-retired', '{"pointer": "/recipientId"}');
  end if;
  select c.* into held from base.consents c
  where c.municipality = town and c.youth_id = youth and (consent is null or c.id = consent)
    and base.consent_covers(c, youth, coalesce(require_release.purpose, base.purpose_of(receiver.system)), recipient, base.now())
  order by cardinality(c.shares) desc, c.given_at desc, c.id limit 1 for share;
  if held.id is null and (consent is not null or receiver.requires_consent or require_release.purpose is not null) then
    perform base.refuse(422, 'consent-missing', '{"pointer": "/consentId"}');
  end if;
  insert into base.disclosures (municipality, youth_id, recipient_id, resource, resource_id, consent_id, ground, shares, created_at)
  values (town, youth, recipient, resource, id, held.id, case when held.id is null then receiver.disclosure_ground end,
          coalesce(held.shares, '{identity,contact,registration,message}'), base.instant())
  returning * into release;
  return release;
end $$;
revoke all on function base.require_release from public;

-- An event that may release: the youth's consents are locked before the row itself, in the order in which a
-- withdrawal takes them, so that of the two one waits for the other and never both for each other.
create function base.transit_with_consent(resource text, id uuid, body jsonb, query jsonb) returns void language plpgsql as $$
declare
  youth uuid;
begin
  if body ->> 'type' = 'sent' then
    execute format('select t.youth_id from base.%I t where t.municipality = base.municipality() and t.id = $1', replace(resource, '-', '_'))
      into youth using id;
    perform from base.consents c where c.municipality = base.municipality() and c.youth_id = youth and c.status = 'active'
      order by c.id for share;
  end if;
  perform base.transit(resource, 'staff', id, body, query);
end $$;

-- Referrals ---------------------------------------------------------------------------------------

create table base.referrals (
  like base.standard including defaults,
  youth_id uuid not null,
  recipient_id uuid not null,
  recipient_ids uuid[] not null generated always as (array[recipient_id]) stored,
  status text not null default 'draft' check (status in ('draft', 'sent', 'received', 'accepted', 'declined', 'started',
    'completed', 'interrupted', 'cancelled')),
  reason text not null check (length(reason) between 1 and 200),
  message text check (length(message) between 1 and 1000),
  consent_id uuid,
  respond_by date,
  external_reference text check (length(external_reference) between 1 and 100),
  released_shares text[], -- what the recipient may see; set by the release alone
  sent_at timestamptz,
  received_at timestamptz,
  answered_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  status_reason text check (length(status_reason) between 1 and 500),
  result text check (length(result) between 1 and 500),
  primary key (municipality, id),
  constraint referrals_recipient_id_fkey foreign key (municipality, recipient_id) references base.recipients (municipality, id),
  constraint referrals_consent_id_fkey foreign key (municipality, youth_id, consent_id) references base.consents (municipality, youth_id, id),
  constraint sent_without_release check (status in ('draft', 'cancelled') or (sent_at is not null and released_shares is not null)),
  constraint reason_missing check (status not in ('declined', 'interrupted') or status_reason is not null),
  constraint result_missing check (status <> 'completed' or result is not null)
);
select base.guard('referrals', 'youth');
select base.follow_addressed('referrals');
revoke insert, update on base.referrals from kaa_service;
grant insert (id, youth_id, recipient_id, reason, message, consent_id, respond_by, external_reference),
      update (status, reason, message, consent_id, respond_by, external_reference, sent_at, received_at, answered_at,
              started_at, ended_at, status_reason, result) on base.referrals to kaa_service;
create index referrals_recipient on base.referrals (municipality, recipient_id, modified_at, id);
create index referrals_consent on base.referrals (municipality, consent_id) where consent_id is not null;
create index referrals_respond_by on base.referrals (municipality, respond_by) where status in ('sent', 'received');

create function base.rule_referral() returns trigger language plpgsql as $$
begin
  if exists (select from base.recipients r where r.municipality = new.municipality and r.id = new.recipient_id
             and (r.valid_from > base.today() or r.valid_to < base.today())) then
    perform base.refuse(422, 'recipient-retired', '{"pointer": "/recipientId"}');
  end if;
  return new;
end $$;
create trigger rule_referral before insert on base.referrals for each row execute function base.rule_referral();

-- Sent and not answered in time.
create function base.is_overdue(status text, respond_by date) returns boolean language sql stable parallel safe
return status in ('sent', 'received') and coalesce(respond_by < base.today(), false);

-- The one way out: whatever makes a referral sent releases it here, in the same statement.
create function base.release_referral() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  release base.disclosures;
begin
  release := base.require_release('referrals', new.id, new.youth_id, new.recipient_id, new.consent_id, null);
  new.consent_id := release.consent_id;
  new.released_shares := release.shares;
  new.respond_by := coalesce(new.respond_by, (select base.today() + r.respond_within_days from base.recipients r
                                              where r.municipality = new.municipality and r.id = new.recipient_id));
  return new;
end $$;
create trigger release_referral before update on base.referrals for each row
  when (old.status = 'draft' and new.status not in ('draft', 'cancelled')) execute function base.release_referral();

create function base.fix_referral() returns trigger language plpgsql as $$
begin
  if (old.youth_id, old.recipient_id) is distinct from (new.youth_id, new.recipient_id)
     or (old.status <> 'draft'
         and (old.reason, old.message, old.consent_id, old.respond_by, old.released_shares)
             is distinct from (new.reason, new.message, new.consent_id, new.respond_by, new.released_shares)) then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_referral before update on base.referrals for each row execute function base.fix_referral();

insert into base.transitions (resource, "from", event, "to", actor, sets) values
  ('referrals', 'draft', 'sent', 'sent', 'staff', '{at=sent_at}'),
  ('referrals', 'draft', 'cancelled', 'cancelled', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'sent', 'cancelled', 'cancelled', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'received', 'cancelled', 'cancelled', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'accepted', 'cancelled', 'cancelled', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'accepted', 'interrupted', 'interrupted', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'started', 'interrupted', 'interrupted', 'staff', '{reason=status_reason,at=ended_at}'),
  ('referrals', 'sent', 'received', 'received', 'recipient', '{at=received_at,externalReference=external_reference}'),
  ('referrals', 'sent', 'accepted', 'accepted', 'recipient', '{at=answered_at,externalReference=external_reference}'),
  ('referrals', 'received', 'accepted', 'accepted', 'recipient', '{at=answered_at,externalReference=external_reference}'),
  ('referrals', 'sent', 'declined', 'declined', 'recipient', '{at=answered_at,reason=status_reason,externalReference=external_reference}'),
  ('referrals', 'received', 'declined', 'declined', 'recipient', '{at=answered_at,reason=status_reason,externalReference=external_reference}'),
  ('referrals', 'accepted', 'started', 'started', 'recipient', '{at=started_at,externalReference=external_reference}'),
  ('referrals', 'started', 'completed', 'completed', 'recipient', '{at=ended_at,result=result,externalReference=external_reference}'),
  ('referrals', 'accepted', 'interrupted', 'interrupted', 'recipient', '{at=ended_at,reason=status_reason,externalReference=external_reference}'),
  ('referrals', 'started', 'interrupted', 'interrupted', 'recipient', '{at=ended_at,reason=status_reason,externalReference=external_reference}');
update base.transitions set outlives_consent = true
where resource = 'referrals' and actor = 'recipient' and event in ('completed', 'interrupted');

-- Views --------------------------------------------------------------------------------------------

create view api.consents with (security_invoker) as
select c.id, c.version, c.created_at as "createdAt", c.created_by as "createdBy", c.modified_at as "modifiedAt",
       c.modified_by as "modifiedBy", c.youth_id as "youthId",
       case when c.status = 'active' and base.consent_end(c, y.birth_date) <= base.now() then 'expired' else c.status end as status,
       c.purpose, c.recipient_ids as "recipientIds", c.shares, c.given_by_youth as "givenByYouth",
       case when base.of_age_on(y.birth_date) <= base.today() then null else
         (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', g ->> 'name', 'givenAt', base.utc((g ->> 'givenAt')::timestamptz))))
          from jsonb_array_elements(c.guardians) g) end as guardians,
       c.medium, c.given_at as "givenAt", c.valid_until as "validUntil", c.withdrawn_at as "withdrawnAt",
       c.evidence_reference as "evidenceReference", base.any_sensitive(c.municipality, c.recipient_ids) as sensitive
from base.consents c join base.youths y on y.municipality = c.municipality and y.id = c.youth_id;
create view edit.consents with (security_invoker) as
select id, youth_id as "youthId", purpose, recipient_ids as "recipientIds", shares, given_by_youth as "givenByYouth",
       guardians, medium, given_at as "givenAt", valid_until as "validUntil", evidence_reference as "evidenceReference"
from base.consents;

create view api.referrals with (security_invoker) as
select r.id, r.version, r.created_at as "createdAt", r.created_by as "createdBy", r.modified_at as "modifiedAt",
       r.modified_by as "modifiedBy", r.youth_id as "youthId", r.recipient_id as "recipientId", r.status, r.reason, r.message,
       r.consent_id as "consentId", r.respond_by as "respondBy", r.external_reference as "externalReference",
       r.sent_at as "sentAt", r.received_at as "receivedAt", r.answered_at as "answeredAt", r.started_at as "startedAt",
       r.ended_at as "endedAt", r.status_reason as "statusReason", r.result,
       base.is_overdue(r.status, r.respond_by) as overdue, base.any_sensitive(r.municipality, r.recipient_ids) as sensitive
from base.referrals r;
create view edit.referrals with (security_invoker) as
select id, youth_id as "youthId", recipient_id as "recipientId", reason, message, consent_id as "consentId",
       respond_by as "respondBy", external_reference as "externalReference" from base.referrals;

select base.publish(v) from unnest(array['api.consents', 'edit.consents', 'api.referrals', 'edit.referrals']) v;
