-- The timeline: everything of a youth, for those who may read it.
begin;
select no_plan();

-- 01 is covered; 02 has protected registration; 03 has no registration; 04 is in preventive work;
-- 05 has no address; 06 is covered and of age; 09 lives in another municipality.
select base.enter('9980', 'anna', 'front', null, '', null, null, null, null, null, '2026-09-20T10:00:00Z');
create function pg_temp.u(n int) returns uuid language sql immutable
return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
insert into base.municipalities (municipality, name) values ('9980', 'Provstad'), ('9981', 'Grannstad');
insert into base.youths (municipality, id, birth_date, given_name, family_name, address, protection, status) values
  ('9980', pg_temp.u(1), '2009-05-05', 'Alva', 'Ek', '{"kind": "registered", "street": "Storgatan 1"}', 'none', 'active'),
  ('9980', pg_temp.u(2), '2009-05-05', 'Bo', 'Al', '{"kind": "forwarding", "street": "Box 1"}', 'protected_registration', 'active'),
  ('9980', pg_temp.u(3), '2009-05-05', 'Cia', 'Lind', '{"kind": "registered", "street": "Storgatan 3"}', 'none', 'ended'),
  ('9980', pg_temp.u(4), '2010-05-05', 'Dan', 'Björk', '{"kind": "registered", "street": "Storgatan 4"}', 'none', 'preventive'),
  ('9980', pg_temp.u(5), '2009-05-05', 'Eli', 'Gran', null, 'none', 'active'),
  ('9980', pg_temp.u(6), '2007-05-05', 'Fia', 'Tall', '{"kind": "registered", "street": "Storgatan 6"}', 'none', 'active'),
  ('9981', pg_temp.u(9), '2009-05-05', 'Gun', 'Asp', '{"kind": "registered", "street": "Storgatan 9"}', 'none', 'active');
insert into base.registrations (municipality, id, youth_id, start_date, reason)
select '9980', pg_temp.u(100 + n), pg_temp.u(n), '2026-09-10', 'dropout' from unnest(array[1, 2, 5, 6]) n;
insert into base.recipients (municipality, id, name, kind, sensitive, requires_consent, disclosure_ground, system, respond_within_days, valid_to) values
  ('9980', pg_temp.u(21), 'Jobbtorg', 'job_centre', false, true, null, 'vera', 14, null),
  ('9980', pg_temp.u(22), 'Region', 'region_health_care', false, true, null, null, null, null),
  ('9980', pg_temp.u(23), 'Öppenvård', 'psychiatry', true, true, null, null, null, null),
  ('9980', pg_temp.u(24), 'Vuxenenheten', 'adult_unit', false, false, 'Samma nämnd', null, null, null),
  ('9980', pg_temp.u(25), 'Nedlagd', 'other', false, true, null, null, null, '2026-01-01'),
  ('9981', pg_temp.u(29), 'Grannens', 'job_centre', false, true, null, 'vera', null, null);

-- Becomes a caller of the municipality at a time; the role stays until reset.
create function pg_temp.caller(scopes text default '', town text default '9980', recipients text default null,
                               system text default null, at text default '2026-09-20T10:00:00Z', districts text default null)
returns void language sql as $$
  select base.enter(town, 'anna', 'front', null, scopes, districts, recipients, system, null, null, at)
$$;
-- What a statement is refused with: the constraint or the code; 'done' when it is not.
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
  rule text;
  code text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics rule = constraint_name, code = message_text;
  return coalesce(nullif(rule, ''), code);
end $$;
-- Applies an event as the service does, on the row's present version.
create function pg_temp.happens(resource text, id uuid, event text, more jsonb default '{}', actor text default 'staff',
                                door text default null) returns text language plpgsql as $$
declare
  version bigint;
  body jsonb := jsonb_build_object('type', event) || more;
begin
  execute format('select version from %s where id = $1', case when actor = 'staff' then 'base.' else 'api.' end
                 || replace(coalesce(door, resource), '-', '_')) into version using id;
  if actor = 'recipient' then
    return pg_temp.refusal(format('select base.transit_as_recipient(%L, %L, %L, %L, %L)', resource, door, id, body,
                                  jsonb_build_object('@version', coalesce(version, 0))));
  end if;
  return pg_temp.refusal(format('select base.%s(%L%s, %L, %L, %L)',
    case when resource in ('referrals', 'sip-requests') then 'transit_with_consent' else 'transit' end, resource,
    case when resource in ('referrals', 'sip-requests') then '' else ', ''staff''' end, id, body,
    jsonb_build_object('@version', coalesce(version, 0))));
end $$;

set local role kaa_service;
select pg_temp.caller('');
insert into edit.occupations ("youthId", code, "from") values (pg_temp.u(1), 'work', '2026-09-11');
insert into edit.assignments ("youthId", staff, "from") values (pg_temp.u(1), 'anna', '2026-09-12');
insert into edit.outreach_attempts (id, "youthId", channel, staff) values (pg_temp.u(51), pg_temp.u(1), 'phone', '{anna}');
select pg_temp.happens('outreach-attempts', pg_temp.u(51), 'reached', '{"at": "2026-09-13T10:00:00Z"}');
insert into edit.consents (id, "youthId", purpose, "recipientIds", shares, "givenByYouth", medium, "givenAt")
values (pg_temp.u(31), pg_temp.u(1), 'sharing', array[pg_temp.u(23)], '{identity}', true, 'oral', '2026-09-14T10:00Z');
insert into edit.referrals (id, "youthId", "recipientId", reason) values (pg_temp.u(41), pg_temp.u(1), pg_temp.u(23), 'Stöd');
select pg_temp.happens('referrals', pg_temp.u(41), 'sent');
insert into edit.sip_requests (id, "youthId", addressees) values (pg_temp.u(61), pg_temp.u(1), '[]');
insert into edit.measures (id, "youthId", type, "offeredAt") values (pg_temp.u(71), pg_temp.u(1), 'coaching', '2026-09-15T10:00Z');
select pg_temp.happens('consents', pg_temp.u(31), 'withdrawn');

select pg_temp.caller('youths:read outreach-attempts:read consents:read referrals:read sip-requests:read measures:read');
select bag_eq($$select resource, type from api.timeline where "youthId" = pg_temp.u(1)$$,
  $$values ('registrations', 'started'), ('occupations', 'confirmed'), ('assignments', 'started'), ('outreach-attempts', 'planned'),
           ('outreach-attempts', 'reached'), ('consents', 'given'), ('consents', 'withdrawn'), ('referrals', 'draft'), ('referrals', 'sent'),
           ('referrals', 'cancelled'), ('sip-requests', 'draft'), ('measures', 'offered')$$, 'everything is there, the sensitive recipient''s too');
select is((select count(*) - count(distinct id) from api.timeline)::int, 0, 'each row has an id of its own');
select is((select at from api.timeline where resource = 'registrations' and "youthId" = pg_temp.u(1)), '2026-09-09T22:00Z', 'a day begins at midnight in Sweden');
select is((select summary from api.timeline where type = 'reached'), '{"channel": "phone", "purpose": "outreach"}', 'with what it was');
select pg_temp.caller('youths:read');
select is((select array_agg(distinct resource order by resource) from api.timeline), '{assignments,occupations,registrations}', 'without a scope its rows are not there');
select pg_temp.caller('measures:read');
select is((select array_agg(distinct resource) from api.timeline), '{measures}', 'each scope has its own');
select pg_temp.caller('youths:read');
select is((select count(*) from api.timeline where "youthId" = pg_temp.u(2))::int, 0, 'a hidden youth has none');
select pg_temp.caller('youths:read protected:read');
select is((select count(*) from api.timeline where "youthId" = pg_temp.u(2))::int, 1, 'with protected:read there is one');
select pg_temp.caller('youths:read measures:read', '9981');
select is((select count(*) from api.timeline)::int, 0, 'another municipality sees nothing');
reset role;
select pg_temp.caller('youths:read');
update base.registrations set status = 'ended', end_date = '2026-09-18', exit_reason = 'moved' where youth_id = pg_temp.u(1);
select is((select summary from api.timeline where resource = 'registrations' and type = 'ended'), '{"exitReason": "moved"}', 'the end is there as well');

select * from finish();
rollback;
