-- Identity numbers: one is current, a new one takes its place, none is two persons'; and whom a number leads to.
begin;
select no_plan();
\ir fixture.psql
select pg_temp.caller('protected:read preventive:read');
insert into base.districts (id, name, slug) values (pg_temp.u(801), 'Järva', 'jarva');
insert into base.identity_numbers (municipality, youth_id, number, type, valid_from)
select y.municipality, y.id, '20090505TF0' || right(y.id::text, 1), 'temporary', '2026-09-10' from base.youths y;

-- What adding a number comes to.
create function pg_temp.add(youth int, number text, more jsonb default '{}') returns text language sql as $$
  select pg_temp.refusal(format('select base.add_number(%L, %L, %L)', gen_random_uuid(), pg_temp.u(youth),
                                jsonb_build_object('personalNumber', number) || more))
$$;
-- A youth's numbers, oldest first: number, from, to, current.
create function pg_temp.numbers(youth int) returns text language sql as $$
  select string_agg(concat_ws(' ', right(n.number, 4), right(n.valid_from::text, 5), right(n.valid_to::text, 5), case when n.current then 'current' end), ', '
                    order by n.valid_from, n.valid_to, n.number)
  from base.identity_numbers n where n.youth_id = pg_temp.u($1)
$$;
create function pg_temp.person(number text) returns uuid language sql as $$
  select p.youth_id from base.numbers_of_persons p where p.number = $1
$$;
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;

-- Who may
select pg_temp.caller('preventive:read');
select is(pg_temp.add(1, '200501012397'), 'scope-missing', 'not without the sight of protected persons');
select is(pg_temp.add(2, '200501012397'), 'scope-missing', 'of one who is, all the same');
select pg_temp.caller('protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}');
select is(pg_temp.add(1, '200501012397'), 'districts-limited', 'nor with a token of some districts');
select pg_temp.caller('protected:read preventive:read');
select is(pg_temp.add(n, '200501012397'), 'not-found', format('%s is not there', n)) from unnest(array[9, 77]) n;

select pg_temp.caller('protected:read');
select is(pg_temp.add(n, '200501012397'), 'scope-missing', format('without the sight of preventive persons not to %s', n)) from unnest(array[1, 4, 77]) n;
select pg_temp.caller('protected:read preventive:read');

-- A coordination number, then a personal one
select is(pg_temp.add(1, '200500882394', '{"validFrom": "2026-09-15"}'), 'done', 'a coordination number with month 00');
select is(pg_temp.add(1, '200501012397'), 'done', 'then a personal number');
select is(pg_temp.numbers(1), 'TF01 09-10 09-15, 2394 09-15 09-20, 2397 09-20 current', 'each takes the place of the one before');
select is((select v."personalNumber" || ' ' || v."numberType" from api.youths v where v.id = pg_temp.u(1)), '200501012397 personal', 'the youth shows the current one');
select is((select count(*) from api.youths v where v.id = pg_temp.u(1)), 1::bigint, 'once');
select is(array[pg_temp.person('20090505TF01'), pg_temp.person('200500882394'), pg_temp.person('200501012397')],
          array[pg_temp.u(1), pg_temp.u(1), pg_temp.u(1)], 'every one of them leads to the youth');
select is(pg_temp.add(1, '200501012397'), 'number-current', 'it is current already');
select is(pg_temp.add(1, '20090505TF01'), 'done', 'a former number comes back');
select is(pg_temp.numbers(1), 'TF01 09-10 09-15, 2394 09-15 09-20, 2397 09-20 09-20, TF01 09-20 current', 'and both times are kept');
select is((select count(*) from base.numbers_of_persons p where p.number = '20090505TF01'), 1::bigint, 'a number leads to one person once');
select is(pg_temp.add(1, '20090505TX03', '{"validFrom": "2026-09-19"}'), 'number-before-former', 'a new one not from before the former');
select is(pg_temp.add(1, '20090505TX03', '{"validFrom": "2026-09-21"}'), 'in-the-future', 'nor from tomorrow');
select is(pg_temp.add(1, n, jsonb_build_object('numberType', t)), 'number_wrong', format('%s is not %s', n, t))
from (values ('200501012397', 'coordination'), ('200500882394', 'personal'), ('20090505TX03', 'personal')) v(n, t);
select is(pg_temp.add(1, n), 'number_wrong', n || ' is no number') from unnest(array['200501012398', '0501012397', '200513012397']) n;

-- Somebody else's
select is(pg_temp.add(3, '20090505TF01'), 'number-of-another', 'another youth''s current number is taken');
select is(pg_temp.add(3, '200500882394'), 'number-of-another', 'so is a former one');
select is(pg_temp.add(3, '20090505TF02'), 'number-of-another', 'and a protected person''s');
select is(pg_temp.add(3, '20090505TF09'), 'done', 'in another municipality it is another youth''s');
select is(pg_temp.refusal(format('update base.identity_numbers set %s where youth_id = %L', s, pg_temp.u(1))),
          'permission denied for table identity_numbers', 'a number is not rewritten: ' || s)
from unnest(array['number = ''20090505TX03''', 'valid_to = null', 'again = true']) s;
select is(pg_temp.refusal(format($$insert into base.identity_numbers (youth_id, number, type, again) values (%L, '20090505TF01', 'temporary', true)$$, pg_temp.u(3))),
          'permission denied for table identity_numbers', 'nor said to be one''s own');

-- Whatever writes them, also the owner
reset role;
select is(pg_temp.refusal(format($$insert into base.identity_numbers (youth_id, number, type, again) values (%L, '20090505TF01', 'temporary', true)$$, pg_temp.u(3))),
          'number_taken', 'a number is one person''s');
select is(pg_temp.refusal(format($$insert into base.identity_numbers (youth_id, number, type, current, valid_to) values (%L, '20090505TX04', 'temporary', %s)$$, pg_temp.u(3), v)), r, v)
from (values ('true, ''2026-09-20''', 'number_current_without_end'), ('false, null', 'number_current_without_end'),
             ('false, ''2026-09-19''', 'number_ends_before_start'), ('false, ''2026-09-20''', 'done')) x(v, r);
insert into base.identity_numbers (youth_id, number, type, valid_from) values (pg_temp.u(6), '20090505TX06', 'temporary', '2026-09-01');
select is(pg_temp.numbers(6), 'TF06 09-10 09-10, TX06 09-10 current', 'a register''s word of an earlier day begins where the former one does');
select is(pg_temp.refusal(format('update base.identity_numbers set current = true, valid_to = null where youth_id = %L', pg_temp.u(6))), 'one_current_number', 'one is current');

-- The feed
select results_eq(format($$select c.change, count(*) from base.changes c where c.resource = 'identity-numbers' and c.youth_id = %L group by 1 order by 1$$, pg_temp.u(1)),
  $$values ('created', 4::bigint), ('updated', 3::bigint)$$, 'each new number is in the feed, and that the former one ended');
select * from finish();
rollback;
