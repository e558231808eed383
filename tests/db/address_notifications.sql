-- Address notifications: which attempt they rest on, when they were sent, and that they stay as they are.
begin;
select no_plan();
\ir fixture.psql

insert into base.outreach_attempts (id, youth_id, channel, staff, status, attempted_at, outcome_at) values
  (pg_temp.u(50), pg_temp.u(1), 'home_visit', '{anna,bo}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(51), pg_temp.u(1), 'phone', '{anna}', 'no_answer', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(52), pg_temp.u(6), 'home_visit', '{anna,bo}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(53), pg_temp.u(1), 'phone', '{anna}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(54), pg_temp.u(2), 'phone', '{anna}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(55), pg_temp.u(4), 'phone', '{anna}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z'),
  (pg_temp.u(56), pg_temp.u(3), 'phone', '{anna}', 'not_at_address', '2026-09-15T10:00Z', '2026-09-15T10:00Z');
insert into base.outreach_attempts (id, youth_id, channel, staff) values (pg_temp.u(57), pg_temp.u(1), 'phone', '{anna}');
update base.outreach_attempts set status = 'voided', void_reason = 'x' where id = pg_temp.u(53);
update base.youths set merged_into = pg_temp.u(6) where id = pg_temp.u(3);

create function pg_temp.try(attempt int, at timestamptz default '2026-09-16T10:00Z', youth int default 1) returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.address_notifications ("youthId", "attemptId", "sentAt") values (%L, %L, %L)',
                                pg_temp.u(youth), pg_temp.u(attempt), at))
$$;
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.try(50, '2026-09-15T09:59:59Z'), 'notified-before-attempt', 'not before the visit');
select is(pg_temp.try(50, '2026-09-20T10:01:01Z'), 'in-the-future', 'nor in the future');
select is(pg_temp.try(50, null), 'null value in column "sent_at" of relation "address_notifications" violates not-null constraint', 'but at some time');
select is(pg_temp.try(50, '2026-09-15T10:00Z'), 'done', 'at the visit');
select is(pg_temp.try(50), 'notified_twice', 'once');
select is(pg_temp.try(51), 'address-not-wrong', 'nobody at home is no wrong address');
select is(pg_temp.try(57), 'address-not-wrong', 'nor is a plan');
select is(pg_temp.try(53), 'address-not-wrong', 'nor what was written in error');
select is(pg_temp.try(52), 'unknown-reference', 'nor what was found of another youth');
select is(pg_temp.try(59), 'unknown-reference', 'nor what is not there');
select is(pg_temp.try(54, youth => 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.try(54), 'unknown-reference', 'and so are her attempts');
select is(pg_temp.try(50, youth => 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.try(56, youth => 6), 'done', 'an attempt for the duplicate of a merger is the survivor''s');
select is(pg_temp.try(52, '2026-09-20T10:00Z', 6), 'done', 'now');
select is(pg_temp.refusal($$update base.address_notifications set sent_at = '2026-09-17'$$), 'permission denied for table address_notifications', 'it is not changed');
select is(pg_temp.refusal('delete from base.address_notifications'), 'permission denied for table address_notifications', 'nor deleted');
select is((select count(*)::int from api.address_notifications), 3, 'those are there');
select pg_temp.caller('', '9981');
select is((select count(*)::int from api.address_notifications), 0, 'another municipality sees none');
select pg_temp.caller('preventive:read protected:read');
select is(pg_temp.try(55, youth => 4), 'preventive-person', 'of who is not in the register none is kept');
select is(pg_temp.try(54, youth => 2), 'done', 'who sees the protected tells of them');
select pg_temp.caller('');
select is((select count(*)::int from api.address_notifications), 3, 'and others do not see it');

select * from finish();
rollback;
