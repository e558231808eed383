-- The change feed's section, as callers run it: order, horizon, cursor, scopes, and what has gone out of sight.
begin;
select no_plan();
\set feed `sed -n '/^-- section: feed/,$p' ../../db/queries/changes.sql`
prepare feed(uuid, jsonb, jsonb) as :feed;

create function pg_temp.id(n int) returns uuid language sql return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.as_caller(town text, scopes text, districts text default null) returns void language sql
return base.enter(town, 'someone', 'test', null, scopes, districts, null, null, null, null, null);

select pg_temp.as_caller('0980', '');
insert into base.municipalities (name) values ('Provstad');
insert into base.districts (id, name, slug) values (pg_temp.id(11), 'Ett', 'd1'), (pg_temp.id(12), 'Två', 'd2');
insert into base.youths (id, birth_date, given_name, family_name, protection, status, district_id)
values (pg_temp.id(1), '2009-01-01', 'A', 'B', 'none', 'active', pg_temp.id(11)), (pg_temp.id(2), '2009-01-01', 'A', 'C', 'confidentiality_marking', 'active', pg_temp.id(11)),
       (pg_temp.id(3), '2009-01-01', 'A', 'D', 'none', 'preventive', pg_temp.id(12));
-- What triggers write has this transaction's id, which the feed holds back; these have been committed long ago.
insert into base.changes (xid, seq, resource, id, youth_id, change, audience, preventive, district_id) values
  ('12', 1, 'youths', pg_temp.id(1), pg_temp.id(1), 'created', 'all', false, pg_temp.id(11)),
  ('11', 2, 'districts', pg_temp.id(11), null, 'created', 'all', false, null),
  ('12', 3, 'registrations', pg_temp.id(31), pg_temp.id(1), 'created', 'all', false, pg_temp.id(11)),
  ('13', 4, 'youths', pg_temp.id(2), pg_temp.id(2), 'updated', 'protected', false, pg_temp.id(11)),
  ('13', 5, 'youths', pg_temp.id(2), pg_temp.id(2), 'removed', 'open', false, pg_temp.id(11)),
  ('9', 6, 'youths', pg_temp.id(2), pg_temp.id(2), 'created', 'all', false, pg_temp.id(11)),
  ('14', 7, 'youths', pg_temp.id(3), pg_temp.id(3), 'created', 'all', true, pg_temp.id(12)),
  ('15', 8, 'referrals', pg_temp.id(41), pg_temp.id(1), 'created', 'all', false, pg_temp.id(11));
select pg_temp.as_caller('0981', '');
insert into base.changes (xid, seq, resource, id, change) values ('10', 9, 'districts', pg_temp.id(91), 'created');

-- One answer of the feed: "resource change, …; cursor; more; subjects".
create temp table answers (body text, version bigint, subjects uuid[], page text);
create function pg_temp.feed(query text) returns text language plpgsql as $$
declare
  answer answers;
begin
  execute format('execute feed(null, null, %L)', query) into answer;
  return (select coalesce(string_agg((d ->> 'cursor') || ' ' || (d ->> 'resource') || ' ' || (d ->> 'change'), ', ' order by n), '')
          from json_array_elements(answer.body::json -> 'data') with ordinality x (d, n))
    || '; ' || (answer.body::json ->> 'cursor') || '; ' || (answer.body::json ->> 'hasMore') || '; ' || cardinality(answer.subjects);
end $$;
grant all on answers to kaa_service;

set local role kaa_service;
select pg_temp.as_caller('0980', 'changes:read youths:read configuration:read');
select is(pg_temp.feed('{}'), '9-6 youths removed, 11-2 districts created, 12-1 youths created, 12-3 registrations created, 13-5 youths removed; 13-5; false; 2',
          'in the order of commits; the hidden as removed; the transaction that runs is held back');
select is(pg_temp.feed('{"limit": "2"}'), '9-6 youths removed, 11-2 districts created; 11-2; true; 1', 'a page');
select is(pg_temp.feed('{"limit": "2", "after": "11-2"}'), '12-1 youths created, 12-3 registrations created; 12-3; true; 1', 'the next one');
select is(pg_temp.feed('{"limit": "2", "after": "12-3"}'), '13-5 youths removed; 13-5; false; 1', 'the last one');
select is(pg_temp.feed('{"after": "13-5"}'), '; 13-5; false; 0', 'the given cursor when there is nothing new');
select is(pg_temp.feed('{"resources": "districts,registrations"}'), '11-2 districts created, 12-3 registrations created; 12-3; false; 1', 'of some resources');
select throws_ok(format('select pg_temp.feed(%L)', jsonb_build_object('after', c)), 'KA400', 'invalid-cursor', 'no cursor: ' || c)
from unnest(array['x', '1', '1-', '-1', '1-x', '1-1-1', '-1--1', ' 1-1', '1-9999999999999999999', '']) c;

select pg_temp.as_caller('0980', 'changes:read youths:read protected:read preventive:read referrals:read');
select is(pg_temp.feed('{}'), '9-6 youths created, 12-1 youths created, 12-3 registrations created, 13-4 youths updated, 14-7 youths created, 15-8 referrals created; 15-8; false; 3',
          'with the scopes for it one sees the protected, the preventive and referrals');
select pg_temp.as_caller('0980', 'changes:read configuration:read');
select is(pg_temp.feed('{}'), '11-2 districts created; 11-2; false; 0', 'resources need their own scope');
select pg_temp.as_caller('0980', 'imports:read evaluation-runs:read');
select ok(not base.may_follow('imports') and not base.may_follow('evaluation-runs'), 'what counts everyone needs protected:read');
select pg_temp.as_caller('0980', 'imports:read evaluation-runs:read protected:read');
select ok(base.may_follow('imports') and base.may_follow('evaluation-runs'), 'and is followed with it');
select pg_temp.as_caller('0980', 'changes:read youths:read', '{' || pg_temp.id(12) || '}');
select is(pg_temp.feed('{}'), '; 0-0; false; 0', 'a token of one district sees nothing of another');
select pg_temp.as_caller('0981', 'changes:read configuration:read youths:read');
select is(pg_temp.feed('{}'), '10-9 districts created; 10-9; false; 0', 'nor a municipality of another');
select throws_ok($$insert into base.changes (resource, id, change) values ('youths', pg_temp.id(1), 'updated')$$, '42501', null, 'the feed is written by triggers');
reset role;

-- The triggers that write it ------------------------------------------------------------------------

select pg_temp.as_caller('0980', '');
update base.districts set name = 'Ett!' where id = pg_temp.id(11);
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.id(1);
select set_eq($$select resource, id, change, audience from base.changes where municipality = '0980' and xid = pg_current_xact_id()
               and resource in ('districts', 'youths')$$, $$values
  ('districts', pg_temp.id(11), 'created', 'all'), ('districts', pg_temp.id(12), 'created', 'all'), ('districts', pg_temp.id(11), 'updated', 'all'),
  ('youths', pg_temp.id(1), 'created', 'all'), ('youths', pg_temp.id(2), 'created', 'protected'), ('youths', pg_temp.id(3), 'created', 'all'),
  ('youths', pg_temp.id(1), 'updated', 'protected'), ('youths', pg_temp.id(1), 'removed', 'open')$$, 'every change is noted, with whom it is for');

select is((select max(c.seq) - min(c.seq) + 1 from base.changes c where c.municipality = '0980' and c.xid = pg_current_xact_id() and c.audience <> 'protected' and not c.preventive),
          (select count(*) from base.changes c where c.municipality = '0980' and c.xid = pg_current_xact_id() and c.audience <> 'protected' and not c.preventive),
          'what not all may see leaves no gap in the numbers of what all see');
select is(count(distinct c.seq), count(*), 'nor does a number come twice') from base.changes c where c.municipality = '0980' and c.xid = pg_current_xact_id();

select finish();
rollback;
