-- Concern reports: written once, answered once, and gone after 24 months.
begin;
select no_plan();
\ir fixture.psql
insert into base.districts (municipality, id, name, slug, valid_to) values ('9980', pg_temp.u(801), 'Järva', 'jarva', null),
  ('9980', pg_temp.u(802), 'Farsta', 'farsta', null), ('9980', pg_temp.u(803), 'Nedlagd', 'nedlagd', '2026-01-01');
update base.youths set district_id = pg_temp.u(801) where id in (pg_temp.u(1), pg_temp.u(6));
update base.youths set birth_date = null where id = pg_temp.u(5);

set local role kaa_service;
select pg_temp.caller('protected:read preventive:read');
create function pg_temp.try(youth int, more jsonb default '{}', nr int default null) returns text language sql as $$
  select pg_temp.refusal(format($f$
    insert into edit.concern_reports (id, "youthId", "madeAt", "districtId", reference)
    select id, "youthId", "madeAt", "districtId", reference from jsonb_populate_record(null::edit.concern_reports, %L)$f$,
    jsonb_build_object('id', coalesce(pg_temp.u(nr), gen_random_uuid()), 'youthId', pg_temp.u(youth), 'madeAt', '2026-09-19T10:00:00Z') || more))
$$;
select is(pg_temp.try(1, nr => 31), 'done', 'a plain report');
select is(pg_temp.try(6, nr => 32), 'done', 'of one who is of age');
select is(pg_temp.try(5, nr => 33), 'done', 'of one whose birth date is not known');
select is(pg_temp.try(6, '{"madeAt": "2025-05-04T21:59:00Z"}', 34), 'done', 'made before the 18th birthday in Sweden');
select is(pg_temp.try(6, '{"madeAt": "2025-05-04T22:00:00Z"}', 35), 'done', 'made on it');
select results_eq('select mandatory from base.concern_reports where id between pg_temp.u(31) and pg_temp.u(35) order by id',
                  array[true, false, true, true, false], 'mandatory follows from the age when it was made');
select is(pg_temp.try(1, '{"madeAt": "2026-09-20T10:02:00Z"}'), 'in-the-future', 'it has been made');
select is(pg_temp.try(8), 'unknown-reference', 'an absent youth');
select is(pg_temp.try(9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.try(4), 'preventive-person', 'of preventive persons no more is kept than the law names');
select is(pg_temp.try(1, jsonb_build_object('districtId', pg_temp.u(803))), 'district-not-in-force', 'a district that is no more');
select is(pg_temp.try(1, jsonb_build_object('districtId', pg_temp.u(899))), 'concern_reports_district_id_fkey', 'an unknown district');
select is(pg_temp.try(1, jsonb_build_object('districtId', pg_temp.u(802)), 36), 'done', 'another district than the youth''s');
select is(pg_temp.try(2, jsonb_build_object('districtId', pg_temp.u(802)), 37), 'done', 'of one with protected registration');
select results_eq('select district_id from base.concern_reports where id in (pg_temp.u(31), pg_temp.u(36), pg_temp.u(37)) order by id',
                  array[pg_temp.u(801), pg_temp.u(802), null], 'the youth''s own, the one that is named, none with protected registration');
select is((select reminder_at from base.concern_reports where id = pg_temp.u(31)), '2026-10-03T10:00Z', 'a reminder after 14 days');
select is(pg_temp.try(1, '{"madeAt": "2026-03-20T10:00:00Z"}', 38), 'done', 'one before summer time');
select is((select reminder_at from base.concern_reports where id = pg_temp.u(38)), '2026-04-03T09:00Z', 'at the same time of day in Sweden');
select pg_temp.caller('');
select is(pg_temp.try(2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is((select count(*) from api.concern_reports where "youthId" = pg_temp.u(2))::int, 0, 'and so are the reports');

-- Once ----------------------------------------------------------------------------------------------
select is(pg_temp.refusal($$update base.concern_reports set reference = 'x'$$), 'permission denied for table concern_reports', 'nothing is changed');
select is(pg_temp.happens('concern-reports', pg_temp.u(31), 'opened', '{"at": "2026-09-19T09:59:00Z"}'), 'concern_outcome_before_report', 'no answer before the report');
select is(pg_temp.happens('concern-reports', pg_temp.u(31), 'opened'), 'done', 'an answer');
select is(pg_temp.happens('concern-reports', pg_temp.u(31), e), 'transition-not-allowed', 'once: ' || e)
from unnest(array['opened', 'not_opened', 'already_ongoing', 'no_answer', 'made']) e;
select results_eq('select status, outcome_at from base.concern_reports where id = pg_temp.u(31)', $$values ('opened', '2026-09-20T10:00Z'::timestamptz)$$, 'with its time');
select is(pg_temp.refusal($$update base.concern_reports set outcome_at = made_at where id = pg_temp.u(31)$$), 'facts-are-fixed', 'which stays');
reset role;
select is(pg_temp.refusal(format('update base.concern_reports set %s = %L where id = pg_temp.u(36)', c, v)), 'facts-are-fixed', c || ' is fixed for the owner as well')
from (values ('youth_id', pg_temp.u(6)::text), ('made_at', '2026-09-01T10:00Z'), ('mandatory', 'false'), ('reference', 'x'),
             ('reminder_at', '2027-01-01T10:00Z'), ('district_id', pg_temp.u(801)::text)) f(c, v);
select is(pg_temp.refusal($$update base.concern_reports set outcome_at = '2026-09-20T10:00Z' where id = pg_temp.u(36)$$), 'outcome_at_with_status', 'no time without an answer');

-- Protected registration ------------------------------------------------------------------------------
update base.youths set protection = 'protected_registration', address = null, district_id = null where id = pg_temp.u(1);
select is_empty('select from base.concern_reports where youth_id = pg_temp.u(1) and district_id is not null', 'the district goes with protected registration');
select is((select count(*) from base.concern_reports where district_id = pg_temp.u(801))::int, 3, 'nobody else''s');

-- The night -------------------------------------------------------------------------------------------
select pg_temp.caller('protected:read preventive:read', at => '2027-05-03T21:59:00Z');
select is(base.forget_concern_reports('9980'), '{"deleted": 0}', 'kept for 24 months');
select pg_temp.caller('protected:read preventive:read', at => '2027-05-03T22:00:00Z');
delete from base.access_log;
select is(base.forget_concern_reports('9980'), '{"deleted": 1}', 'and no longer, by the day in Sweden');
select results_eq('select resource, action, subjects, outcome from base.access_log',
                  $$values ('concern-reports', 'delete', array[pg_temp.u(6)], 'written')$$, 'the log says whose were deleted');
select set_eq($$select id from base.changes where resource = 'concern-reports' and change = 'removed'$$, array[pg_temp.u(34)], 'the feed which');
select pg_temp.caller('protected:read preventive:read', at => '2028-09-19T10:00:00Z');
select is(base.forget_concern_reports('9980') ->> 'deleted', '7', 'then the others');
select is_empty($$select from base.events where resource = 'concern-reports'$$, 'with their history');
select is((select audience from base.changes where id = pg_temp.u(37) and change = 'removed'), 'protected', 'of a hidden youth for those who saw it');

select * from finish();
rollback;
