-- Incoming referrals: partners ask the municipality to take somebody on. They are told nothing of the person: what
-- comes is kept as it came, alike for everyone, and who it is about is said by who answers it.

create table base.incoming_referrals (
  like base.standard including defaults,
  status text not null default 'received' check (status in ('received', 'accepted', 'declined', 'closed')),
  client text not null default coalesce(base.client(), ''),
  personal_number text,
  given_name text check (length(given_name) between 1 and 100),
  family_name text check (length(family_name) between 1 and 100),
  birth_date date,
  phones text[] not null default '{}' check (cardinality(phones) <= 5),
  email text,
  reason text check (length(reason) between 1 and 500),
  evidence_reference text check (length(evidence_reference) between 1 and 100), -- of the consent that the partner holds
  external_reference text check (length(external_reference) between 1 and 100),
  youth_id uuid, -- who it is, once accepted
  status_reason text check (length(status_reason) between 1 and 500),
  answered_at timestamptz,
  closed_at timestamptz,
  primary key (municipality, id),
  foreign key (municipality) references base.municipalities, -- whose night forgets it
  constraint incoming_referrals_youth_id_fkey foreign key (municipality, youth_id) references base.youths (municipality, id),
  constraint accepted_without_youth check (status <> 'accepted' or youth_id is not null),
  constraint incoming_decline_without_reason check (status <> 'declined' or status_reason is not null),
  constraint answered_at_with_status check ((status = 'received') = (answered_at is null)),
  constraint closed_at_with_status check ((status = 'closed') = (closed_at is not null)),
  constraint closed_before_answer check (closed_at >= answered_at)
);
select base.guard('incoming_referrals', 'configuration');
create policy everyone on base.incoming_referrals as restrictive to kaa_service
  using ((select base.may('protected:read') and base.may('preventive:read')) and (select base.districts()) is null);
revoke insert, update on base.incoming_referrals from kaa_service;
grant update (status, youth_id, status_reason, answered_at, closed_at) on base.incoming_referrals to kaa_service;
create index incoming_referrals_youth on base.incoming_referrals (municipality, youth_id) where youth_id is not null;

-- The same work for every person: nobody is looked for.
create function base.receive_incoming_referral(id uuid, body jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  number text := body ->> 'personalNumber';
  identity jsonb := coalesce(body -> 'identity', '{}');
  contact jsonb := coalesce(body -> 'contact', '{}');
begin
  if base.number_type(number) is distinct from coalesce(body ->> 'numberType', base.number_type(number), '') then
    perform base.refuse(422, 'number-wrong', '{"pointer": "/personalNumber"}');
  end if;
  if (identity ->> 'birthDate')::date > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/identity/birthDate"}');
  end if;
  insert into base.incoming_referrals (id, personal_number, given_name, family_name, birth_date, phones, email, reason,
                                       evidence_reference, external_reference)
  values (receive_incoming_referral.id, number, identity ->> 'givenName', identity ->> 'familyName', (identity ->> 'birthDate')::date,
          array(select jsonb_array_elements_text(contact -> 'phones')), contact ->> 'email', body ->> 'reason',
          body ->> 'evidenceReference', body ->> 'externalReference');
end $$;
revoke all on function base.receive_incoming_referral from public;
grant execute on function base.receive_incoming_referral to kaa_service;

create function base.fix_incoming_referral() returns trigger language plpgsql as $$
begin
  if old.youth_id <> coalesce(new.youth_id, gen_random_uuid()) or old.answered_at <> coalesce(new.answered_at, 'infinity')
     or (old.status in ('declined', 'closed') and new.youth_id is distinct from old.youth_id) then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_incoming_referral before update on base.incoming_referrals for each row execute function base.fix_incoming_referral();

insert into base.transitions (resource, "from", event, "to", sets, requires) values
  ('incoming-referrals', 'received', 'accepted', 'accepted', '{youthId=youth_id,at=answered_at}', 'require_named_youth'),
  ('incoming-referrals', 'received', 'declined', 'declined', '{reason=status_reason,at=answered_at}', null),
  ('incoming-referrals', 'accepted', 'closed', 'closed', '{at=closed_at}', null),
  ('incoming-referrals', 'declined', 'closed', 'closed', '{at=closed_at}', null);

-- As long as preventive persons are kept: then what was declined, or never answered, goes whole; of what was accepted
-- stays that it was, about whom, and where the consent is found.
create function base.forget_incoming_referrals(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  last date := (base.today() - make_interval(months => (base.policy() ->> 'preventiveMonths')::int))::date;
  persons uuid[];
begin
  with cleared as (
    update base.incoming_referrals r
    set personal_number = null, given_name = null, family_name = null, birth_date = null, phones = '{}', email = null, reason = null
    where r.municipality = town and r.youth_id is not null and (r.answered_at at time zone 'Europe/Stockholm')::date <= last
      and r.personal_number is not null
    returning r.youth_id)
  select array_agg(c.youth_id) into persons from cleared c;
  perform base.log_written('incoming-referrals', 'clear', null, persons);
  return jsonb_build_object('cleared', coalesce(cardinality(persons), 0), 'deleted', base.forget_rows(town, 'incoming-referrals', array(
    select r.id from base.incoming_referrals r
    where r.municipality = town and r.youth_id is null
      and (coalesce(r.answered_at, r.created_at) at time zone 'Europe/Stockholm')::date <= last)));
end $$;
insert into base.nightly_steps (position, name, doc) values
  (160, 'forget_incoming_referrals', 'Forgets what partners told of persons, as long after the answer as preventive persons are kept.');

-- Views --------------------------------------------------------------------------------------------

create view api.incoming_referrals with (security_invoker) as
select r.id, r.version, r.created_at as "createdAt", r.created_by as "createdBy", r.modified_at as "modifiedAt",
       r.modified_by as "modifiedBy", r.status, r.client, r.personal_number as "personalNumber",
       nullif(jsonb_strip_nulls(jsonb_build_object('givenName', r.given_name, 'familyName', r.family_name, 'birthDate', r.birth_date)),
              '{}') as identity,
       nullif(jsonb_strip_nulls(jsonb_build_object('phones', nullif(r.phones, '{}'), 'email', r.email)), '{}') as contact,
       r.reason, r.evidence_reference as "evidenceReference", r.external_reference as "externalReference",
       r.youth_id as "youthId", r.status_reason as "statusReason", r.answered_at as "answeredAt", r.closed_at as "closedAt"
from base.incoming_referrals r;
select base.publish('api.incoming_referrals');
