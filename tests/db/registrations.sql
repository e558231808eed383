-- Registrations: never two at a time, not from 20 on, and ended once with a reason.
begin;
select no_plan();
\ir refusals.psql
select base.enter('0180', 'anna', 'front', null, '', null, null, null, null, null, '2026-10-01T12:00:00+02:00');
insert into base.municipalities (municipality, name) values ('0180', 'Provstad'), ('0126', 'Grannstad');
insert into base.youths (municipality, id, birth_date, given_name, family_name, status) values
  ('0180', pg_temp.u(1), '2009-05-05', 'Alva', 'Ek', 'active'), ('0180', pg_temp.u(2), '2006-10-01', 'Bo', 'Al', 'active'),
  ('0180', pg_temp.u(3), '2009-05-05', 'Cia', 'Lind', 'preventive'), ('0126', pg_temp.u(9), '2009-05-05', 'Dan', 'Gran', 'active');
insert into base.registrations (municipality, id, youth_id, start_date, reason) values ('0126', pg_temp.u(109), pg_temp.u(9), '2026-09-01', 'dropout');
grant execute on all functions in schema pg_temp to kaa_service;

-- A registration by hand; n is its id.
create function pg_temp.register(n int, youth int, day text, reason text default 'dropout') returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.registrations (id, "youthId", "startDate", reason) values (%L, %L, %L, %L)', pg_temp.u(n), pg_temp.u(youth), day, reason))
$$;
create function pg_temp.ends(n int, day text, reason text, version bigint default null) returns text language sql as $$
  select pg_temp.refusal(format('select base.transit(''registrations'', ''staff'', %L, %L, %L)', pg_temp.u(n),
    jsonb_build_object('type', 'ended', 'endDate', day, 'exitReason', reason),
    jsonb_build_object('@version', coalesce($4, (select r.version from base.registrations r where r.id = pg_temp.u(n))))))
$$;
create function pg_temp.status(n int) returns text language sql as $$ select y.status from base.youths y where y.id = pg_temp.u(n) $$;
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;

select is(pg_temp.register(101, 1, '2026-10-02'), 'in-the-future', 'not from tomorrow');
select is(pg_temp.register(101, 2, '2026-10-01'), 'registered-after-twenty', 'not from the 20th birthday');
select is(pg_temp.register(102, 2, '2026-09-30'), 'done', 'the day before');
select is(pg_temp.register(101, 1, '2026-08-01', 'bored'), 'registrations_reason_check', 'with a known reason');
select is(pg_temp.register(101, 1, '2026-08-01'), 'done', 'from today or earlier');
select is((select r.source from base.registrations r where r.id = pg_temp.u(101)), null, 'staff is no source');
select ok(pg_temp.register(103, 1, '2026-09-01') in ('registrations_overlap', 'one_open_registration'), 'none while one is open');
select ok(pg_temp.register(103, 1, '2026-07-01') in ('registrations_overlap', 'one_open_registration'), 'nor one that would run into it');
reset role;
select is(pg_temp.refusal(format($$insert into base.registrations (youth_id, start_date, end_date, status, reason, exit_reason) values (%L, '2026-07-01', '2026-08-02', 'ended', 'dropout', 'moved')$$, pg_temp.u(1))),
          'registrations_overlap', 'by a day');
select is(pg_temp.refusal(format($$insert into base.registrations (youth_id, start_date, end_date, status, reason, exit_reason) values (%L, '2026-07-01', '2026-08-01', 'ended', 'dropout', 'moved')$$, pg_temp.u(1))),
          'done', 'one may begin the day another ended');
select is(pg_temp.refusal(format('update base.registrations set %s where id = %L', s, pg_temp.u(101))), r, s)
from (values ('end_date = ''2026-09-01''', 'exit_reason_with_end'), ('exit_reason = ''moved''', 'exit_reason_with_end'),
             ('status = ''ended''', 'status_with_end'), ('end_date = ''2026-07-31'', exit_reason = ''moved'', status = ''ended''', 'end_before_start'),
             ('end_date = ''2026-09-01'', exit_reason = ''bored'', status = ''ended''', 'registrations_exit_reason_check')) v(s, r);
set local role kaa_service;

-- The event
select is(pg_temp.ends(101, '2026-10-02', 'moved'), 'in-the-future', 'does not end tomorrow');
select is(pg_temp.ends(101, '2026-07-01', 'moved'), 'end_before_start', 'nor before it began');
select is(pg_temp.ends(101, '2026-09-15', 'turned_20'), 'turned-20-on-birthday', 'turned_20 on another day than the birthday');
select is(pg_temp.ends(101, '2026-09-15', 'moved', 99), 'version-mismatch', 'of another version');
select is(pg_temp.ends(109, '2026-09-15', 'moved', 1), 'not-found', 'of another municipality');
select is(pg_temp.ends(101, '2026-09-15', 'moved'), 'done', 'ends');
select is(pg_temp.status(1), 'ended', 'and the youth is ended');
select is(pg_temp.ends(101, '2026-09-16', 'moved'), 'transition-not-allowed', 'once');
select is((select e.type || ' ' || (e.details ->> 'exitReason') || ' ' || (e.youth_id = pg_temp.u(1)) from base.events e where e.resource_id = pg_temp.u(101)), 'ended moved true', 'it is in the history');
select is(pg_temp.refusal(format('update edit.registrations set "exitReason" = ''emigrated'' where id = %L', pg_temp.u(101))), 'done', 'the exit reason can be corrected');
select is((select v.registration ->> 'exitReason' from api.youths v where v.id = pg_temp.u(1)), 'emigrated', 'as the youth then shows');
select is((select e.details::text from base.events e where e.resource_id = pg_temp.u(101) and e.type = 'corrected'), '{"before": {"exitReason": "moved"}, "corrected": ["exitReason"]}', 'and what it was is kept');
select is(pg_temp.refusal(format('update edit.registrations set "exitReason" = ''left_source'' where id = %L', pg_temp.u(101))), 'left-source-by-hand', 'left_source is the import''s word');
select is(pg_temp.refusal(format('update edit.registrations set "exitReason" = null where id = %L', pg_temp.u(101))), 'exit_reason_with_end', 'an ended one has a reason');
select is(pg_temp.refusal(format('update edit.registrations set reason = reason where id = %L', pg_temp.u(101))), 'done', 'nothing new');
select is((select count(*) from base.events e where e.resource_id = pg_temp.u(101) and e.type = 'corrected'), 1::bigint, 'is no correction');
select is(pg_temp.register(104, 1, '2026-09-14'), 'registrations_overlap', 'a new one not before the end');
select is(pg_temp.register(104, 1, '2026-09-15'), 'done', 'a new one from that day');
select is(pg_temp.status(1), 'active', 'and the youth is active');
select is(pg_temp.ends(104, '2026-09-15', 'moved'), 'done', 'ended the day it began');
select is(pg_temp.register(106, 1, '2026-09-14'), 'registrations_overlap', 'none around the one before');
reset role;
update base.registrations set end_date = '2026-09-05' where id = pg_temp.u(101);
set local role kaa_service;
select is(pg_temp.register(106, 1, '2026-09-14'), 'registrations-overlap', 'nor around one of a single day');
select is(pg_temp.register(106, 1, '2026-09-15'), 'done', 'but from that day on');
select is(pg_temp.ends(102, '2026-10-01', 'turned_20'), 'done', 'turned_20 on the birthday');
select base.enter('0180', 'anna', 'front', null, 'preventive:read', null, null, null, null, null, '2026-10-01T12:00:00+02:00');
select is(pg_temp.register(105, 3, '2026-09-15'), 'done', 'a youth of preventive work is registered');
select is(pg_temp.status(3), 'active', 'and is then in the register');
reset role;
select is(pg_temp.status(9), 'active', 'the other municipality''s youth is as before');
select is((select count(*) from base.changes c where c.resource = 'registrations' and c.id = pg_temp.u(106)), 1::bigint, 'a registration is in the feed');
select * from finish();
rollback;
