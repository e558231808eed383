-- Who may have what reports count, which changes it is made of, and that these are told. What is counted: tests/http/test_report_items.py.
begin;
select no_plan();

create function pg_temp.id(n int) returns uuid language sql return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.as_caller(town text, scopes text, districts text default null) returns void language sql
return base.enter(town, 'someone', 'test', null, scopes, districts, null, null, null, null, '2026-11-16T12:00:00Z');

select pg_temp.as_caller('0981', '');
insert into base.municipalities (name) values ('Grannstad');
select pg_temp.as_caller('0980', 'protected:read');
insert into base.municipalities (name) values ('Provstad');
insert into base.units (id, name, administration, is_default) values (pg_temp.id(1), 'Enheten', 'education', true);
insert into base.districts (id, name, slug) values (pg_temp.id(11), 'Alby', 'a'), (pg_temp.id(12), 'Berga', 'b');
insert into base.youths (id, birth_date, given_name, family_name, district_id) values (pg_temp.id(101), '2008-05-05', 'A', 'B', pg_temp.id(12));

-- The function that a report begins with, what it says (the cursors are another's), and a question about some years.
create function pg_temp.opening() returns text language sql return 'open_report';
create function pg_temp.opened(question jsonb) returns jsonb language plpgsql as $$
declare
  said text;
  cursor_name text;
begin
  execute format('select base.%I($1)', pg_temp.opening()) into said using question;
  for cursor_name in execute format('select name from pg_cursors where name in (%L, %L, %L, %L, %L, %L)', 'youths', 'places',
                                    'registrations', 'measures', 'occupations', 'attempts') loop
    execute format('close %I', cursor_name);
  end loop;
  return said::jsonb;
end $$;
create function pg_temp.question(report text, exact boolean, variadic years int[]) returns jsonb language sql as $$
  select jsonb_build_object('report', report, 'exact', exact, 'periods', jsonb_agg(
    jsonb_build_object('from', make_date(y, 1, 1), 'to', make_date(y, 12, 31)) order by i))
  from unnest(years) with ordinality u (y, i)
$$;

-- Who may have what ---------------------------------------------------------------------------------

set local role kaa_service;
select pg_temp.as_caller('0980', 'reports:exact');
select lives_ok(format('select pg_temp.opened(pg_temp.question(%L, %L, 2026))', r, e), r || ' for who has reports:exact')
from unnest('{follow-up,outreach-timeliness,exits,register-quality}'::text[]) r, unnest(array[true, false]) e;
select throws_ok($$select pg_temp.opened(pg_temp.question('exits', false, 2026, 2027))$$, 'KA422', 'period-not-begun',
  'nothing is counted of a period that has not begun');
select throws_ok(format('select pg_temp.opened(%L)', q), 'P0001', null, 'no question: ' || q)
from unnest(array['{"report": "all", "exact": true, "periods": [{"from": "2026-01-01", "to": "2026-01-31"}]}',
                  '{"exact": true, "periods": [{"from": "2026-01-01", "to": "2026-01-31"}]}', '{"report": "exits", "exact": true, "periods": []}',
                  pg_temp.question('exits', true, 2020, 2021, 2022, 2023, 2024, 2025)::text]) q;
create temp table whole as select pg_temp.opened(pg_temp.question('follow-up', false, 2026)) as j;
select pg_temp.as_caller('0980', 'reports:read');
select throws_ok($$select pg_temp.opened(pg_temp.question('exits', true, 2026))$$, 'KA403', 'scope-missing', 'exact items need reports:exact');
select throws_ok($$select pg_temp.opened(pg_temp.question('exits', true, 2026) - 'exact')$$, 'KA403', 'scope-missing', 'and who does not say asks for them');
select is(pg_temp.opened(pg_temp.question('follow-up', false, 2026)), j, 'what is published needs reports:read') from whole;
select pg_temp.as_caller('0980', 'reports:read', '{' || pg_temp.id(11) || '}');
select is(pg_temp.opened(pg_temp.question('follow-up', false, 2026)), j,
  'the whole is counted for a token of one district too, whose masks are those of the whole') from whole;
select pg_temp.as_caller('0980', 'youths:read reports:write');
select throws_ok(format('select pg_temp.opened(pg_temp.question(''exits'', %L, 2026))', e), 'KA403', 'scope-missing', 'a scope of reports is needed')
from unnest(array[true, false]) e;
select pg_temp.as_caller('0981', 'reports:exact');
select is(j - '{now,asOf,seen,lists,wanted,times}'::text[], '{"today": "2026-11-16", "units": [], "districts": [], "published": [], "threshold": 5}',
  'another municipality has its own') from pg_temp.opened(pg_temp.question('follow-up', true, 2026)) j;

-- Which changes it is made of ------------------------------------------------------------------------

select is(j #>> '{seen,xmin}', pg_snapshot_xmin(pg_current_snapshot())::text, 'seen: what is older than the oldest transaction that runs') from whole;
select ok(j #> '{seen,xids}' @> to_jsonb(pg_current_xact_id()::text), 'and which of the others') from whole;
reset role;

-- What is counted is told in the feed: an answer is kept until a change says that it is old -----------------------------------------

create temp view read_by_reports as
select distinct t.oid, t.relname::text as name
from pg_proc p, regexp_matches(p.prosrc, 'base\.([a-z_]+)', 'g') m (name), pg_class t
where p.pronamespace = 'base'::regnamespace and p.proname in (pg_temp.opening(), 'policy') and t.relnamespace = 'base'::regnamespace
  and t.relname = m.name[1] and t.relkind in ('r', 'v');
select set_eq($$select name from read_by_reports r where not exists (select from pg_trigger g where g.tgrelid = r.oid and g.tgname = 'note_update')$$,
  -- the feed itself; what a migration alone writes; what is written with their youths or organisation, see below
  $$values ('changes'), ('codes'), ('district_periods'), ('serving_periods')$$, 'all that the items are made of is in the feed');
select set_eq($$select distinct p.proname::text from pg_proc p where p.pronamespace = 'base'::regnamespace and p.prosrc ~ '(insert into|update|delete from) base\.(district|serving)_periods'$$,
  $$values ('keep_district_periods'), ('follow_organisation')$$, 'places over time are written with the youth''s own row, or as the organisation changes');
select pg_temp.as_caller('0980', 'protected:read');
insert into base.units (id, name, administration) values (pg_temp.id(2), 'Nya', 'education');
update base.districts set unit_id = pg_temp.id(2) where id = pg_temp.id(12);
update base.units set valid_to = '2026-11-17', replaced_by = pg_temp.id(1) where id = pg_temp.id(2);
delete from base.changes where municipality = '0980';
select is(base.follow_organisation('0980') -> 'moved', '0', 'nothing has come yet');
select is_empty($$select from base.changes where municipality = '0980'$$, 'and nothing is told');
update base.youths set district_id = pg_temp.id(11) where id = pg_temp.id(101);
delete from base.changes where municipality = '0980';
select base.enter('0980', 'nightly', 'kaa', null, 'protected:read', null, null, null, null, null, '2026-11-18T12:00:00Z');
select is(base.follow_organisation('0980') -> 'moved', '0', 'the unit''s last day has come, and nobody is left in it');
select set_eq($$select resource from base.changes where municipality = '0980'$$, $$values ('municipalities')$$, 'but who serves the district is told');

select finish();
rollback;
