-- The access log as its readers see it: own scope and municipality, and nobody in it whom they may not see.
begin;
select no_plan();

create function pg_temp.id(n int) returns uuid language sql return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.as_caller(town text, scopes text, districts text default null) returns void language sql
return base.enter(town, 'officer', 'test', null, scopes, districts, null, null, null, null, null);

select pg_temp.as_caller('0980', '');
insert into base.municipalities (name) values ('Provstad');
insert into base.youths (id, birth_date, given_name, family_name, protection, status)
values (pg_temp.id(1), '2009-01-01', 'A', 'B', 'none', 'active'), (pg_temp.id(2), '2009-01-01', 'A', 'C', 'confidentiality_marking', 'active'),
       (pg_temp.id(3), '2009-01-01', 'A', 'D', 'none', 'preventive');
insert into base.access_log (sub, resource, action, resource_id, subjects, outcome) values
  ('a', 'youths', 'read', pg_temp.id(1), array[pg_temp.id(1)], 'shown'),
  ('b', 'youths', 'list', null, array[pg_temp.id(1), pg_temp.id(2), pg_temp.id(3)], 'shown'),
  ('c', 'youths', 'read', pg_temp.id(2), array[pg_temp.id(2)], 'shown'),
  ('d', 'youths', 'read', pg_temp.id(2), '{}', 'absent'),
  ('e', 'measures', 'create', pg_temp.id(51), array[pg_temp.id(3)], 'written'),
  ('f', 'youths', 'read', pg_temp.id(99), '{}', 'absent'),
  ('h', 'registrations', 'list', pg_temp.id(2), array[pg_temp.id(2)], 'shown'),
  ('k', 'consents', 'list', pg_temp.id(2), '{}', 'shown');
insert into base.access_log (sub, resource, action, resource_id, outcome, code) values
  ('i', 'youths', 'edit', pg_temp.id(2), 'refused', 'version-mismatch'), ('j', 'youths', 'edit', pg_temp.id(2), 'refused', 'not-found');
update base.access_log set protected = base.any_protected(subjects) where municipality = '0980';
select set_eq($$select sub, protected from base.access_log where municipality = '0980'$$,
              $$values ('a', false), ('b', true), ('c', true), ('d', false), ('e', false), ('f', false), ('h', true), ('i', false), ('j', false), ('k', false), ('officer', true)$$, 'a row that shows a protected person is marked');
select pg_temp.as_caller('0981', '');
insert into base.municipalities (name) values ('Grannstad');
insert into base.access_log (sub, resource, action, outcome) values ('g', 'youths', 'list', 'shown');

set local role kaa_service;
select pg_temp.as_caller('0980', 'access-log:read protected:read preventive:read');
select set_eq('select sub, cardinality(subjects) from api.access_log', $$values ('a', 1), ('b', 3), ('c', 1), ('d', 0), ('e', 1), ('f', 0), ('h', 1), ('i', 0), ('j', 0), ('k', 0), ('officer', 1)$$, 'all of the municipality');
select set_eq('select sub from api.access_log where protected', array['b', 'c', 'h', 'officer'], 'the mark of protected persons');
select set_eq($$select sub from base.accesses_of(pg_temp.id(2))$$, array['b', 'c', 'd', 'h', 'i', 'j', 'k', 'officer'], 'about a youth: among the subjects, or asked for');
select set_eq($$select sub from api.youth_access_log where "youthId" = pg_temp.id(1)$$, array['a', 'b'], 'the youth''s own log');
select set_eq($$select distinct subjects from api.youth_access_log where "youthId" = pg_temp.id(1)$$, $$values (array[pg_temp.id(1)])$$, 'which names nobody else');
select is(count(distinct id), count(*), 'every row has its own id') from api.access_log;
select matches(id::text, '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'drawn at random: a number would tell of rows left out') from api.access_log where sub = 'a';

select pg_temp.as_caller('0980', 'access-log:read protected:read preventive:read');
select is((select code from api.access_log where action = 'protection-changed'), 'none confidentiality_marking', 'a change of protection says from what to what');
select pg_temp.as_caller('0980', 'access-log:read');
select set_eq('select sub, cardinality(subjects) from api.access_log', $$values ('a', 1), ('b', 1), ('d', 0), ('f', 0), ('j', 0), ('k', 0)$$, 'without the protected and the preventive, and without what only a person who is there meets');
select is_empty('select * from api.access_log where protected', 'nor does a mark tell of the protected one who was left out');
select is_empty($$select * from api.youth_access_log where "youthId" = pg_temp.id(2)$$, 'a hidden youth has no log');
select is_empty($$select * from api.youth_access_log where "youthId" = pg_temp.id(99)$$, 'no more than an absent one');
select pg_temp.as_caller('0980', 'access-log:read protected:read preventive:read', '{' || pg_temp.id(77) || '}');
select set_eq('select sub, cardinality(subjects) from api.access_log', $$values ('b', 0), ('d', 0), ('f', 0), ('j', 0), ('k', 0)$$, 'a token of other districts sees nobody in it');

select pg_temp.as_caller('0980', 'youths:read');
select is_empty('select * from api.access_log', 'not without the scope');
select is_empty('select * from base.accesses_of(pg_temp.id(1))', 'nor by the function');
select is_empty('select * from base.access_log', 'nor from the table');
select pg_temp.as_caller('0981', 'access-log:read protected:read preventive:read');
select set_eq('select sub from api.access_log', array['g'], 'another municipality has its own');
select is_empty('select * from base.accesses_of(pg_temp.id(1))', 'and nothing of ours');

select throws_ok($$update base.access_log set outcome = 'absent'$$, '42501', null, 'the log is not changed');
select throws_ok($$delete from base.access_log$$, '42501', null, 'nor shortened');
select throws_ok($$insert into base.access_log (municipality, resource, action, outcome) values ('0980', 'youths', 'read', 'shown')$$, '42501', null,
                 'nor written for another municipality');
select throws_like($$insert into base.access_log (resource, action, outcome) values ('youths', 'read', 'maybe')$$, '%outcome%', 'outcomes are known');
reset role;

select finish();
rollback;
