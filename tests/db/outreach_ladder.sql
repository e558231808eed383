-- The outreach ladder (domain.md 5), played day by day: each morning the night has been, each day what is due is done.
begin;
select no_plan();
\ir fixture.psql

-- The stories ------------------------------------------------------------------------------------------
-- What is done on a day, and what is next from then on: step, why, due, and overdue after (=: the same day).
create temp table lines (n serial, town text, who text, day date, does text, plan text);
create function pg_temp.story(town text, who text, lines text) returns void language sql as $$
  insert into lines (town, who, day, does, plan)
  select town, who, trim(l[1])::date, trim(l[2]), regexp_replace(regexp_replace(trim(l[3]), ' +', ' ', 'g'), '([0-9-]+) =$', '\1 \1')
  from string_to_table(lines, E'\n') with ordinality t(line, n), lateral string_to_array(line, '|') l where line like '%|%' order by t.n
$$;

-- Stockholm: the defaults. Letter on 15 September or at once, overdue a month after the registration; phone 10 days
-- later, 3 tries 3 days apart; further letter 7, door card 14 days later; tax agency within 7; anew 15 January and September.
select pg_temp.story('0180', 'who never answers', $$
  2026-09-01 | registered                    | letter               mass_letter         2026-09-15 2026-10-01
  2026-09-15 | letter                        | phone                letter_sent         2026-09-25 =
  2026-09-25 | phone                         | phone                tried               2026-09-28 =
  2026-09-28 | phone                         | phone                tried               2026-10-01 =
  2026-10-01 | sms                           | further_letter       tries_made          2026-10-08 =
  2026-10-08 | letter                        | door_card            further_letter_sent 2026-10-22 =
  2026-10-22 | door_card 2026-10-29          | home_visit           visit_announced     2026-10-29 =
  2026-10-29 | home_visit                    | exhausted            ladder_done         2027-01-15 =
  2027-01-15 | night                         | letter               restarted           2027-01-15 =
  2027-01-15 | letter                        | phone                letter_sent         2027-01-25 =
  2027-01-25 | phone                         | phone                tried               2027-01-28 =
  2027-01-28 | unannounced not_at_address    | address_notification not_at_address      2027-02-04 =
  2027-02-04 | notification                  | exhausted            ladder_done         2027-09-15 =
  2027-09-15 | night                         | letter               restarted           2027-09-15 =
$$);
select pg_temp.story('0180', 'who was registered too long before the mass mailing', $$
  2026-08-14 | registered                    | letter               registered          2026-08-14 2026-09-14
$$);
select pg_temp.story('0180', 'who was registered on the last day to wait for it', $$
  2026-08-15 | registered                    | letter               mass_letter         2026-09-15 2026-09-15
$$);
select pg_temp.story('0180', 'who came after it, and answered', $$
  2026-10-05 | registered                    | letter               registered          2026-10-05 2026-11-05
  2026-11-10 | letter                        | phone                letter_sent         2026-11-20 =
  2026-11-20 | phone reached                 | follow_up            reached
  2026-11-21 | occupation 2027-02-01         | follow_up            reached             2027-02-01 =
  2026-12-01 | void                          | phone                letter_sent         2026-11-20 =
  2026-12-02 | phone reached_declined        | follow_up            declined            2027-02-01 =
$$);
select pg_temp.story('0180', 'who answers a later call about something else', $$
  2026-10-06 | registered                    | letter               registered          2026-10-06 2026-11-06
  2026-10-07 | turning_20 letter             | letter               registered          2026-10-06 2026-11-06
  2026-10-08 | follow_up phone               | letter               registered          2026-10-06 2026-11-06
  2026-10-09 | follow_up phone reached       | follow_up            reached
$$);
select pg_temp.story('0180', 'whose number is not known', $$
  2026-09-02 | registered without number     | letter               mass_letter         2026-09-15 2026-10-02
  2026-09-15 | letter                        | further_letter       no_phone            2026-09-22 =
  2026-09-18 | number                        | phone                letter_sent         2026-09-25 =
  2026-09-19 | no number                     | further_letter       no_phone            2026-09-22 =
  2026-09-22 | letter                        | door_card            further_letter_sent 2026-10-06 =
  2026-10-06 | door_card 2026-10-13          | home_visit           visit_announced     2026-10-13 =
  2026-10-09 | door_card 2026-10-16          | home_visit           visit_announced     2026-10-16 =
  2026-10-16 | home_visit                    | exhausted            ladder_done         2027-01-15 =
  2026-10-20 | void                          | home_visit           visit_announced     2026-10-16 =
$$);
select pg_temp.story('0180', 'who lost the number between two tries', $$
  2026-09-02 | registered                    | letter               mass_letter         2026-09-15 2026-10-02
  2026-09-15 | letter                        | phone                letter_sent         2026-09-25 =
  2026-09-25 | phone                         | phone                tried               2026-09-28 =
  2026-09-26 | no number                     | further_letter       no_phone            2026-10-02 =
$$);
select pg_temp.story('0180', 'who was called first, and too often', $$
  2026-09-10 | registered                    | letter               mass_letter         2026-09-15 2026-10-10
  2026-09-11 | phone                         | phone                tried               2026-09-14 =
  2026-09-13 | phone                         | phone                tried               2026-09-14 =
  2026-09-14 | phone                         | phone                tried               2026-09-17 =
  2026-09-15 | letter                        | door_card            further_letter_sent 2026-09-29 =
  2026-09-16 | phone                         | door_card            further_letter_sent 2026-09-29 =
$$);
select pg_temp.story('0180', 'who is paused before a call, and again for less than was asked', $$
  2026-09-04 | registered                    | letter               mass_letter         2026-09-15 2026-10-04
  2026-09-15 | letter                        | phone                letter_sent         2026-09-25 =
  2026-09-20 | pause 2026-09-22 2026-10-04   | phone                letter_sent         2026-10-05 =
  2026-09-22 | night                         | paused               pause               2026-10-05 =
  2026-10-05 | night                         | phone                letter_sent         2026-10-05 =
  2026-10-05 | phone                         | phone                tried               2026-10-08 =
  2026-10-06 | pause 2026-10-07 2026-10-20   | phone                tried               2026-10-21 =
  2026-10-07 | night                         | paused               pause               2026-10-21 =
  2026-10-09 | pause 2026-10-21 2026-10-25   | paused               pause               2026-10-26 =
  2026-10-12 | end pause 2026-10-07          | phone                tried               2026-10-12 =
  2026-10-21 | night                         | paused               pause               2026-10-26 =
  2026-10-26 | night                         | phone                tried               2026-10-12 =
$$);
select pg_temp.story('0180', 'who is paused when the ladder begins again', $$
  2026-09-04 | registered                    | letter               mass_letter         2026-09-15 2026-10-04
  2026-12-30 | unannounced                   | exhausted            ladder_done         2027-01-15 =
  2027-01-02 | pause 2027-01-10 2027-01-20   | exhausted            ladder_done         2027-01-21 =
  2027-01-10 | night                         | paused               pause               2027-01-21 =
  2027-01-21 | night                         | letter               restarted           2027-01-21 =
$$);
select pg_temp.story('0180', 'who does not live there', $$
  2026-09-14 | registered                    | letter               mass_letter         2026-09-15 2026-10-14
  2026-09-15 | letter                        | phone                letter_sent         2026-09-25 =
  2026-09-16 | unannounced not_at_address    | address_notification not_at_address      2026-09-23 =
  2026-09-17 | phone                         | address_notification not_at_address      2026-09-23 =
  2026-09-18 | door_card 2026-09-24          | address_notification not_at_address      2026-09-23 =
  2026-09-20 | unannounced not_at_address    | address_notification not_at_address      2026-09-23 =
  2026-09-25 | notification                  | exhausted            ladder_done         2027-01-15 =
  2026-09-26 | letter                        | exhausted            ladder_done         2027-01-15 =
  2026-10-01 | letter not_at_address         | address_notification not_at_address      2026-10-08 =
  2026-10-08 | notification                  | exhausted            ladder_done         2027-01-15 =
  2027-01-15 | night                         | letter               restarted           2027-01-15 =
$$);
select pg_temp.story('0180', 'who is protected', $$
  2026-09-03 | registered                    | letter               mass_letter         2026-09-15 2026-10-03
  2026-09-04 | protect                       | manual_contact protected_registration    2026-09-03 2026-10-03
  2026-09-20 | phone                         | manual_contact protected_registration    2026-09-30 =
  2026-10-01 | pause 2026-10-02 2026-10-03   | manual_contact protected_registration    2026-09-30 =
  2026-10-02 | night                         | paused               pause               2026-10-04 =
  2026-10-04 | night                         | manual_contact protected_registration    2026-09-30 =
$$);
select pg_temp.story('0180', 'who has no address at first', $$
  2026-09-03 | registered without address    | manual_contact       no_address          2026-09-03 2026-10-03
  2026-09-05 | email                         | manual_contact       no_address          2026-09-15 =
  2026-09-06 | address                       | letter               mass_letter         2026-09-15 2026-10-03
$$);
select pg_temp.story('0180', 'who was written to under another name', $$
  2026-09-05 | registered                    | letter               mass_letter         2026-09-15 2026-10-05
  2026-09-15 | letter to the duplicate       | letter               mass_letter         2026-09-15 2026-10-05
  2026-09-16 | merge                         | phone                letter_sent         2026-09-25 =
  2026-09-17 | reverse                       | letter               mass_letter         2026-09-15 2026-10-05
  2026-09-18 | merge                         | phone                letter_sent         2026-09-25 =
  2026-09-25 | phone                         | phone                tried               2026-09-28 =
$$);
select pg_temp.story('0180', 'who came on New Year''s Eve', $$
  2026-12-31 | registered                    | letter               registered          2026-12-31 2027-01-31
  2027-01-01 | letter                        | phone                letter_sent         2027-01-11 =
  2027-01-14 | unannounced                   | exhausted            ladder_done         2027-01-15 =
  2027-01-15 | night                         | letter               restarted           2027-01-15 =
$$);

-- A town of its own mind: mass mailing on 1 October, anew on 1 February, months between the steps, two tries a week apart
-- and no further letter.
select pg_temp.story('0126', 'who never answers there', $$
  2026-08-20 | registered                    | letter               mass_letter         2026-10-01 2026-10-20
  2026-10-01 | letter                        | phone                letter_sent         2026-11-01 =
  2026-11-01 | phone                         | phone                tried               2026-11-08 =
  2026-11-08 | phone                         | door_card            tries_made          2026-12-08 =
  2026-12-08 | door_card 2026-12-20          | home_visit           visit_announced     2026-12-20 =
  2026-12-20 | home_visit                    | exhausted            ladder_done         2027-02-01 =
  2027-02-01 | night                         | letter               restarted           2027-02-01 =
$$);
select pg_temp.story('0126', 'whose number is not known there', $$
  2026-08-31 | registered without number     | letter               mass_letter         2026-10-01 2026-10-31
  2026-10-31 | letter                        | door_card            no_phone            2026-11-30 =
  2026-11-30 | door_card 2026-12-30          | home_visit           visit_announced     2026-12-30 =
  2026-12-30 | home_visit not_at_address     | address_notification not_at_address      2027-01-13 =
  2027-01-13 | notification                  | exhausted            ladder_done         2027-02-01 =
  2027-02-01 | night                         | letter               restarted           2027-02-01 =
$$);
select pg_temp.story('0126', 'whose months end on a leap day', $$
  2027-12-31 | registered                    | letter               registered          2027-12-31 2028-02-29
  2028-01-31 | letter                        | phone                letter_sent         2028-02-29 =
  2028-02-29 | phone                         | phone                tried               2028-03-07 =
$$);

-- Playing them -------------------------------------------------------------------------------------------
create temp table people (who text primary key, id uuid not null default gen_random_uuid(), duplicate uuid not null default gen_random_uuid());
insert into people (who) select distinct who from lines;
create temp table wrong (n int, day date, have text);
create temp table slept (day date, what text);

create function pg_temp.enter(town text, at text) returns void language sql as $$
  select base.enter(town, 'anna', 'front', null, 'protected:read preventive:read youths:read outreach-plan:read', null, null, null, null, null, at)
$$;
create function pg_temp.add(town text, id uuid, status text, without text) returns void language sql as $$
  insert into base.youths (municipality, id, birth_date, given_name, family_name, address, phones, status)
  values (town, id, '2009-05-05', 'Kimprov', 'Provlund',
          case when without <> 'address' then '{"kind": "registered", "street": "Provvägen 1"}'::jsonb end,
          case when without <> 'number' then '{+46701740605}' else '{}' end::text[], status)
$$;
-- An attempt made now: channel, an outcome, or an announced day.
create function pg_temp.make(youth uuid, purpose text, channel text, more text, reason text) returns void language plpgsql as $$
declare
  made uuid := gen_random_uuid();
begin
  insert into base.outreach_attempts (id, youth_id, purpose, channel, staff, announced_visit_at, unannounced_reason)
  values (made, youth, purpose, channel, '{anna,bo}', case when channel = 'door_card' then (more || 'T12:00:00Z')::timestamptz end, reason);
  perform base.transit_attempt(made, jsonb_build_object('type',
    case when channel <> 'door_card' and more <> '' then more when channel in ('phone', 'home_visit') then 'no_answer' else 'sent' end), '{"@version": 1}');
end $$;
create function pg_temp.act(town text, person people, does text) returns void language plpgsql as $$
declare
  word text[] := string_to_array(does, ' ') || '{"","",""}';
  latest base.outreach_attempts;
begin
  select * into latest from base.outreach_attempts a where a.youth_id = person.id order by a.attempted_at desc limit 1;
  case word[1]
    when 'night' then return;
    when 'registered' then
      perform pg_temp.add(town, person.id, 'active', word[3]);
      insert into base.registrations (youth_id, start_date, reason) values (person.id, base.today(), 'dropout');
    when 'number' then update edit.youths set phones = '{+46701740605}' where id = person.id;
    when 'no' then update edit.youths set phones = '{}' where id = person.id;
    when 'address' then update edit.youths set "contactAddress" = '{"street": "Provvägen 2"}' where id = person.id;
    when 'protect' then update base.youths set protection = 'protected_registration', address = null where id = person.id;
    when 'occupation' then insert into edit.occupations ("youthId", code, "reviewDate") values (person.id, 'work', word[2]::date);
    when 'notification' then
      insert into base.address_notifications (youth_id, attempt_id, sent_at)
      select a.youth_id, a.id, base.now() from base.outreach_attempts a
      where a.youth_id = person.id and a.status = 'not_at_address' order by a.attempted_at desc limit 1;
    when 'pause' then insert into base.outreach_pauses (youth_id, requested_by, evidence_reference, from_date, until_date)
      values (person.id, 'Socialtjänsten', 'S-1', word[2]::date, word[3]::date);
    when 'end' then update base.outreach_pauses p set status = 'ended', ended_at = base.now()
      where p.youth_id = person.id and p.from_date = word[3]::date;
    when 'void' then perform base.transit_attempt(latest.id, '{"type": "voided", "reason": "Fel ungdom"}', jsonb_build_object('@version', latest.version));
    when 'merge' then insert into edit.youth_merges ("youthId", "mergedInto") values (person.duplicate, person.id);
    when 'reverse' then perform base.transit('youth-merges', 'staff', m.id, '{"type": "reversed"}', jsonb_build_object('@version', m.version))
      from base.youth_merges m where m.youth_id = person.duplicate;
    when 'unannounced' then perform pg_temp.make(person.id, 'outreach', 'home_visit', word[2], 'Provas');
    when 'follow_up', 'turning_20' then perform pg_temp.make(person.id, word[1], word[2], word[3], null);
    else
      if word[2] = 'to' then -- a duplicate, who is in preventive work
        perform pg_temp.add(town, person.duplicate, 'preventive', '');
        perform pg_temp.make(person.duplicate, 'outreach', word[1], '', null);
      else
        perform pg_temp.make(person.id, 'outreach', word[1], word[2], null);
      end if;
  end case;
end $$;
-- Notes who of the town has another next step, by the plan or with the youth, than the latest line says.
create function pg_temp.look(in_town text, today date, acted boolean) returns void language plpgsql as $$ -- so that it is planned once
begin
  insert into wrong
  select e.n, today, p.plan
  from (select distinct on (l.who) l.* from lines l where l.town = in_town and (l.day < today or l.day = today and (acted or l.does = 'night'))
        order by l.who, l.n desc) e
  join people using (who)
  left join (select v.id, concat_ws(' ', v.step, v.why, v."dueDate", v."overdueAfter",
                                    case when v.overdue <> coalesce(today > v."overdueAfter", false) then 'overdue wrong' end,
                                    case when concat_ws(' ', v.step, v.why, v."dueDate", v."overdueAfter", v.overdue) <>
                                      concat_ws(' ', y.outreach ->> 'step', y.outreach ->> 'why', y.outreach ->> 'dueDate',
                                                y.outreach ->> 'overdueAfter', (y.outreach ->> 'overdue')::boolean) then 'not with the youth' end) as plan
             from api.outreach_plan v join api.youths y using (id)) p on p.id = people.id
  where p.plan is distinct from e.plan;
end $$;
create function pg_temp.play(first date, last date) returns void language plpgsql as $$
declare
  today date;
  place text;
  line lines;
  night jsonb;
begin
  for today in select d::date from generate_series(first, last, '1 day') d loop
    foreach place in array '{0180,0126}'::text[] loop
      night := base.nightly(place, today || 'T02:00:00Z');
      insert into slept select today, 'the night again: ' || n::text from base.replan_for_the_day(place) n where n <> '{"replanned": 0}';
      insert into slept select today, 'left to the night: ' || s.youth_id
      from base.next_steps(place, array(select s.youth_id from base.outreach_state s where s.municipality = place)) n
      join base.outreach_state s using (municipality, youth_id) where s is distinct from n;
      perform pg_temp.enter(place, today || 'T10:00:00Z');
      perform pg_temp.look(place, today, false);
      for line in select * from lines l where l.town = place and l.day = today order by l.n loop
        perform pg_temp.act(place, (select p from people p where p.who = line.who), line.does);
      end loop;
      perform pg_temp.look(place, today, true);
    end loop;
  end loop;
end $$;
select pg_temp.enter('0180', '2026-08-01T10:00:00Z');
insert into base.municipalities (municipality, name) values ('0180', 'Stockholm');
select pg_temp.enter('0126', '2026-08-01T10:00:00Z');
insert into base.municipalities (municipality, name, policy) values ('0126', 'Huddinge', '{"massLetterDate": "10-01",
  "restartOn": "02-01", "firstContactWithin": "P2M", "phoneAfter": "P1M", "phoneTries": 2, "phoneInterval": "P1W", "furtherLetters": 0,
  "doorCardAfter": "P1M", "visitNoticeMin": "P7D", "visitNoticeMax": "P1M", "addressNotificationWithin": "P2W"}');
select pg_temp.play('2026-08-14', '2027-02-05');
select pg_temp.play('2027-09-12', '2027-09-16');
select pg_temp.play('2027-12-31', '2028-01-02');
select pg_temp.play('2028-01-30', '2028-03-08');

select is((select string_agg(w.day || ' ' || coalesce(w.have, 'nothing'), ', ' order by w.day) from (
             select distinct on (w.have) w.* from wrong w where w.n = l.n order by w.have, w.day) w), null,
          format('%s, %s %s: %s', l.who, l.day, l.does, l.plan))
from lines l order by l.n;
select is_empty('select * from slept', 'the night plans anew whoever is another step ahead because of the day, once');
select is((select count(*)::int from lines l where not exists (select from base.outreach_state s join people p on p.id = s.youth_id where p.who = l.who)),
          0, 'everybody has been played');

select * from finish();
rollback;
