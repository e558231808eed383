-- Occupations: since when, from whom, when confirmed, and until when they are believed.
begin;
select no_plan();
\ir fixture.psql
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;
create function pg_temp.tell(members text, vals text) returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.occupations ("youthId", %s) values (%L, %s)', $1, pg_temp.u(1), $2))
$$;
create function pg_temp.known() returns text language sql as $$
  select concat_ws(' ', v.occupation ->> 'code', v.occupation ->> 'from', v.occupation ->> 'source') from api.youths v where v.id = pg_temp.u(1)
$$;
select is(pg_temp.tell('code', '''work'''), 'done', 'an occupation');
select is(pg_temp.known(), 'work 2026-09-20 contact', 'begins today, by staff''s word');
select pg_temp.caller(at => '2026-09-25T10:00:00Z');
select is(pg_temp.tell('code, "reviewDate"', '''work'', ''2026-10-01'''), 'done', 'the same again');
select is(pg_temp.known(), 'work 2026-09-20 contact', 'is since when it was');
select is((select base.utc(o."confirmedAt") || ' ' || o."reviewDate" from api.occupations o order by o."createdAt" desc limit 1), '2026-09-25T10:00:00.000000Z 2026-10-01', 'confirmed now, until its review');
select is((select count(*) from api.occupations o), 2::bigint, 'and what was written before is kept');
select is(pg_temp.tell('code, "from"', '''komvux'', ''2026-09-01'''), 'done', 'one of before');
select is(pg_temp.known(), 'work 2026-09-20 contact', 'is history');
select is(pg_temp.tell('code', '''komvux'''), 'done', 'another than the one known');
select is(pg_temp.known(), 'komvux 2026-09-25 contact', 'begins today');
select is(pg_temp.tell('code, "from", "confirmedAt", "reviewDate"', v), r, v)
from (values ('''sfi'', ''2026-09-26'', null, null', 'in-the-future'), ('''sfi'', null, ''2026-09-25T11:00Z'', null', 'in-the-future'),
             ('''sfi'', ''2026-09-20'', null, ''2026-09-19''', 'review_before_start'), ('''sleeping'', null, null, null', 'occupations_code_check')) x(v, r);
select is(pg_temp.refusal(format('insert into base.occupations (youth_id, code, source) values (%L, ''work'', ''rumour'')', pg_temp.u(1))), 'occupations_source_check', 'from a source that is known');
select is(pg_temp.tell('code, "reviewDate"', '''sfi'', ''2026-09-25'''), 'done', 'with its review today');
select is((select v.occupation ->> 'code' from api.youths v where v.id = pg_temp.u(1)), 'sfi', 'holds today');
select pg_temp.caller(at => '2026-09-26T10:00:00Z');
select is((select v.occupation ->> 'code' from api.youths v where v.id = pg_temp.u(1)), 'unknown', 'past it nothing is known');
select is(pg_temp.tell('code', '''sfi'''), 'done', 'confirmed');
select is(pg_temp.known(), 'sfi 2026-09-25 contact', 'it holds again');
-- staff learn later what a youth does of whom the register knew nothing
reset role;
insert into base.occupations (youth_id, code, from_date, source) values (pg_temp.u(1), 'unknown', '2026-09-26', 'import');
set local role kaa_service;
select is(pg_temp.known(), 'unknown 2026-09-26 import', 'a new registration of which the register knows nothing');
select is(pg_temp.tell('code, "from"', '''work'', ''2026-09-02'''), 'done', 'staff learn more');
select is(pg_temp.known(), 'work 2026-09-02 contact', 'what is known holds over a register that knew nothing, from its own first day');
select pg_temp.caller(at => '2026-09-27T10:00:00Z');
select is(pg_temp.tell('code, "from"', '''unknown'', ''2026-09-27'''), 'done', 'but staff say that nothing is known any more');
select is(pg_temp.tell('code, "from"', '''work'', ''2026-09-03'''), 'done', 'one of before');
select is(pg_temp.known(), 'unknown 2026-09-27 contact', 'staff''s own word holds');
select * from finish();
rollback;
