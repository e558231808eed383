-- The outreach plan: the work list that follows from registrations, attempts and the municipality's policy.

-- A day of the year (MM-DD) in a year; 29 February is 1 March in other years.
create function base.day_in_year(day text, year int) returns date language sql immutable parallel safe
return make_date(year, substr(day, 1, 2)::int, 1) + substr(day, 4, 2)::int - 1;

-- When the letter of a registration that began on `start` is due: with the mass mailing when that comes
-- within the time of the first contact, else at once.
create function base.letter_due(start date, mass_day text, within interval) returns date language plpgsql immutable parallel safe as $$
declare
  mass date := base.day_in_year(mass_day, extract(year from start)::int);
begin
  if mass < start then mass := base.day_in_year(mass_day, extract(year from start)::int + 1); end if;
  return case when mass <= start + within then mass else start end;
end $$;

-- The first day after `day` on which an exhausted outreach begins anew: that of the policy, or the mass letter's.
create function base.restart_after(day date, restart_on text, mass_day text) returns date language plpgsql immutable parallel safe as $$
declare
  restart date := base.day_in_year(restart_on, extract(year from day)::int);
  mass date := base.day_in_year(mass_day, extract(year from day)::int);
begin
  if restart <= day then restart := base.day_in_year(restart_on, extract(year from day)::int + 1); end if;
  if mass <= day then mass := base.day_in_year(mass_day, extract(year from day)::int + 1); end if;
  return least(restart, mass);
end $$;

-- The day, or the first one after it that no pause holds.
create function base.first_free(day date, pauses datemultirange) returns date language sql immutable parallel safe
return case when pauses @> day then (select upper(p) from unnest(pauses) p where p @> day) else day end;

-- The policy's members that the ladder needs.
create type base.ladder_policy as (
  mass_day text, restart_on text, first_within interval, phone_after interval, phone_tries int, phone_interval interval,
  further_letters int, further_letter_after interval, door_card_after interval, notification_within interval);

-- What has been done on the ladder: letter, phone (or sms), door_card, home_visit, not_at_address (by any channel),
-- notification. visit: the day that a door card announces.
create type base.ladder_item as (day date, kind text, visit date);

-- How far the ladder has been climbed. rung: the last step taken, as domain.md 5 numbers them: 0 none, 1 letter, 2 phone,
-- 3 further letter, 4 door card, 6 not at the address; 7: all of them. since: the day that the next step counts from: of
-- rung 0 the first day of the round, of 4 the announced day, of 7 the day of the next round. tries: by phone, this round.
create type base.ladder_place as (rung int, since date, tries int, again boolean);

-- Climbs the ladder from the start of the registration, by what has been done, in order of time, until today.
create function base.climb(start date, items base.ladder_item[], policy base.ladder_policy, today date)
returns base.ladder_place language plpgsql immutable parallel safe as $$
declare
  place base.ladder_place := (0, start, 0, false);
  item base.ladder_item;
begin
  foreach item in array items || (today, 'nothing', null)::base.ladder_item loop
    if place.rung = 7 and item.day >= place.since then place := (0, place.since, 0, true); end if;
    if place.rung = 6 then
      if item.kind = 'notification' then
        place.rung := 7;
        place.since := base.restart_after(item.day, policy.restart_on, policy.mass_day);
      end if;
    elsif item.kind = 'not_at_address' then -- also where all has been done
      place.rung := 6;
      place.since := item.day;
    elsif item.kind = 'letter' and place.rung <= 2 then -- the second one, or one after a call, is the further letter
      place.rung := case place.rung when 0 then 1 else 3 end;
      place.since := item.day;
    elsif item.kind = 'phone' and place.rung <= 2 then
      if place.rung < 2 or item.day >= (place.since + policy.phone_interval)::date then -- sooner it is no try of its own
        place.tries := place.tries + 1;
        place.since := item.day;
      end if;
      place.rung := 2;
    elsif item.kind = 'door_card' and place.rung <= 4 then
      place.rung := 4;
      place.since := item.visit;
    elsif item.kind = 'home_visit' and place.rung < 7 then
      place.rung := 7;
      place.since := base.restart_after(item.day, policy.restart_on, policy.mass_day);
    end if;
  end loop;
  return place;
end $$;

-- What is known of an outreach. reached: true, false (declined) or null; contacted_on: the day of the latest attempt.
create type base.outreach_facts as (
  start date, items base.ladder_item[], reached boolean, contacted_on date, review_date date, protected boolean, usable boolean,
  number_known boolean, pauses datemultirange);

-- Codes of api/outreach-plan.c. overdue_after null: never overdue.
create type base.next_step as (step text, why text, due_date date, overdue_after date);

-- The next step, why, and by when (domain.md 5).
create function base.next_step(facts base.outreach_facts, policy base.ladder_policy, today date)
returns base.next_step language plpgsql immutable parallel safe as $$
declare
  plan base.next_step;
  place base.ladder_place;
  after interval;
begin
  if facts.reached is not null then
    plan := ('follow_up', case when facts.reached then 'reached' else 'declined' end, facts.review_date, facts.review_date);
  elsif facts.protected or not facts.usable then
    plan := ('manual_contact', case when facts.protected then 'protected_registration' else 'no_address' end,
             coalesce((facts.contacted_on + policy.phone_after)::date, facts.start),
             (coalesce(facts.contacted_on + policy.phone_after, facts.start + policy.first_within))::date);
  else
    place := base.climb(facts.start, facts.items, policy, today);
    if place.rung = 0 and not place.again then
      plan.due_date := base.letter_due(facts.start, policy.mass_day, policy.first_within);
      plan := ('letter', case when plan.due_date > facts.start then 'mass_letter' else 'registered' end, plan.due_date,
               (facts.start + policy.first_within)::date);
    else
      case
        when place.rung = 0 then plan := ('letter', 'restarted', place.since, null);
        when place.rung in (1, 2) and place.tries < policy.phone_tries and facts.number_known then
          plan := ('phone', case place.rung when 1 then 'letter_sent' else 'tried' end, null, null);
          after := case place.rung when 1 then policy.phone_after else policy.phone_interval end;
        when place.rung in (1, 2) then
          plan := (case policy.further_letters when 0 then 'door_card' else 'further_letter' end,
                   case when place.tries >= policy.phone_tries then 'tries_made' else 'no_phone' end, null, null);
          after := case policy.further_letters when 0 then policy.door_card_after else policy.further_letter_after end;
        when place.rung = 3 then
          plan := ('door_card', 'further_letter_sent', null, null);
          after := policy.door_card_after;
        when place.rung = 4 then plan := ('home_visit', 'visit_announced', place.since, null);
        when place.rung = 6 then
          plan := ('address_notification', 'not_at_address', null, null);
          after := policy.notification_within;
        else plan := ('exhausted', 'ladder_done', place.since, null);
      end case;
      plan.due_date := coalesce(plan.due_date, (place.since + after)::date);
      plan.overdue_after := plan.due_date;
    end if;
  end if;
  if facts.pauses @> today then
    plan := ('paused', 'pause', base.first_free(today, facts.pauses), base.first_free(today, facts.pauses));
  elsif facts.pauses is not null then
    plan.due_date := base.first_free(plan.due_date, facts.pauses);
    plan.overdue_after := base.first_free(plan.overdue_after, facts.pauses);
  end if;
  return plan;
end $$;

-- What base.outreach_state says of each youth: copies, the latest registration and occupation, and what the ladder says
-- now when a registration is open. What belongs to a merged duplicate is the survivor's, and the duplicate itself is
-- left out. Each youth is looked up by index, whatever the planner thinks: after a large import its statistics know
-- nothing of the rows, and a plan is kept from when there were few.
create function base.next_steps(town text, youths uuid[]) returns setof base.outreach_state
language plpgsql stable set search_path = pg_catalog
set enable_nestloop = on set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  today date := base.today();
  policy base.ladder_policy;
begin
  select p ->> 'massLetterDate', p ->> 'restartOn', p ->> 'firstContactWithin', p ->> 'phoneAfter', p ->> 'phoneTries', p ->> 'phoneInterval',
         p ->> 'furtherLetters', p ->> 'furtherLetterAfter', p ->> 'doorCardAfter', p ->> 'addressNotificationWithin'
    into policy from base.policy() p;
  return query
  select town, f.id, f.modified_at, f.status, f.protection, f.district_id, f.unit_id, f.sex, coalesce(f.birth_date, 'infinity'), f.name,
         f.start_date, f.exit_reason, f.code, coalesce(f.review_date, 'infinity'), f.open_id, (f.next).step, (f.next).why, (f.next).due_date,
         coalesce((f.next).overdue_after, 'infinity'),
         case when f.open_id is null then 'infinity' else coalesce((f.next).due_date, '9999-12-31') end,
         f.open_id is not null and f.first_at is null, coalesce(f.attempts, 0), f.first_at, coalesce(f.informed, false)
  from (
    select y.*, r.start_date, r.exit_reason, r.open_id, o.code, o.review_date, made.attempts, made.first_at, made.informed,
           case when r.open_id is not null then base.next_step(
             (r.start_date, made.items, made.reached, made.contacted_on, o.review_date, y.protection = 'protected_registration', y.usable,
              y.number_known, held.pauses)::base.outreach_facts, policy, today) end as next
    from (select distinct w.id from unnest(youths) w(id)) w
    cross join lateral (
      select y.id, y.modified_at, y.status, y.protection, y.district_id, y.unit_id, y.sex, y.birth_date,
             y.family_name || ' ' || y.given_name as name, base.usable_address(y.protection, y.address, y.contact_address) as usable,
             y.phones <> '{}' as number_known,
             base.same_person(town, y.id) as parts
      from base.youths y where y.municipality = town and y.id = w.id and y.merged_into is null limit 1) y
    left join lateral (
      select r.start_date, case when r.end_date is null then r.id end as open_id, r.exit_reason
      from unnest(y.parts) p(id)
      cross join lateral (select r.* from base.registrations r where r.municipality = town and r.youth_id = p.id limit 10000) r
      order by r.end_date is null desc, r.start_date desc, r.created_at desc limit 1) r on true
    left join lateral (
      select o.code, o.review_date from unnest(y.parts) p(id)
      cross join lateral (select o.* from base.occupations o where o.municipality = town and o.youth_id = p.id
                          order by o.holds_from desc, o.created_at desc limit 1) o
      order by o.holds_from desc, o.created_at desc limit 1) o on true
    left join lateral (
      select (count(*) filter (where i.purpose = 'outreach'))::int as attempts, min(i.at) filter (where i.purpose = 'outreach') as first_at,
             (max(i.at) filter (where i.purpose = 'outreach') at time zone 'Europe/Stockholm')::date as contacted_on,
             bool_or(i.purpose = 'turning_20') as informed,
             bool_or(i.status = 'reached') filter (where i.status in ('reached', 'reached_declined')) as reached,
             array_agg(((i.at at time zone 'Europe/Stockholm')::date, i.kind, (i.visit_at at time zone 'Europe/Stockholm')::date)::base.ladder_item
                       order by i.at, i.purpose is null, i.id) filter (where i.kind is not null) as items
      from (
        select a.id, a.purpose, a.status, a.attempted_at as at, a.announced_visit_at as visit_at,
               case when a.purpose <> 'outreach' then null when a.status = 'not_at_address' then a.status when a.channel = 'sms' then 'phone'
                    when a.channel in ('letter', 'phone', 'door_card', 'home_visit') then a.channel end as kind
        from unnest(y.parts) p(id)
        cross join lateral (select a.* from base.outreach_attempts a where a.municipality = town and a.youth_id = p.id limit 10000) a
        where a.status not in ('planned', 'cancelled', 'voided')
        union all
        select n.id, null, null, n.sent_at, null, 'notification'
        from unnest(y.parts) p(id)
        cross join lateral (select n.* from base.address_notifications n where n.municipality = town and n.youth_id = p.id limit 10000) n) i
      where i.at >= r.start_date::timestamp at time zone 'Europe/Stockholm') made on r.open_id is not null
    left join lateral (
      select range_agg(daterange(p.from_date, p.last_date, '[]')) filter (where p.last_date >= p.from_date) as pauses
      from unnest(y.parts) part(id)
      cross join lateral (select p.* from base.pauses p where p.municipality = town and p.youth_id = part.id limit 10000) p) held on r.open_id is not null
    offset 0) f;
end $$;

-- Brings the state of the youths up to date; writes only rows that change. The locks come first, so that two
-- writers of one youth's casework do not plan from what the other has not seen.
create function base.replan(youths uuid[]) returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  town text := base.municipality();
  merged uuid[];
begin
  if coalesce(cardinality(youths), 0) = 0 then return; end if;
  if current_setting('kaa.replan', true) = 'held' then
    insert into pg_temp.replan_held select unnest(youths);
    return;
  end if;
  merged := array(select y.id from base.youths y where y.municipality = town and y.id = any (youths) and y.merged_into is not null);
  youths := youths || array(select y.merged_into from base.youths y where y.municipality = town and y.id = any (merged));
  perform from base.outreach_state s where s.municipality = town and s.youth_id = any (youths) order by s.youth_id for update;
  delete from base.outreach_state s where s.municipality = town and s.youth_id = any (merged);
  insert into base.outreach_state as kept
  select n.* from base.next_steps(town, youths) n order by n.youth_id
  on conflict (municipality, youth_id) do update
    set changed_at = excluded.changed_at, status = excluded.status, protection = excluded.protection,
        district_id = excluded.district_id, unit_id = excluded.unit_id, sex = excluded.sex, birth_key = excluded.birth_key,
        name = excluded.name, registered_on = excluded.registered_on, exit_reason = excluded.exit_reason,
        occupation = excluded.occupation, occupation_until = excluded.occupation_until,
        registration_id = excluded.registration_id, step = excluded.step, why = excluded.why, due_date = excluded.due_date,
        overdue_after = excluded.overdue_after, due_key = excluded.due_key, never_contacted = excluded.never_contacted,
        attempts = excluded.attempts, first_contact_at = excluded.first_contact_at,
        informed_of_turning_twenty = excluded.informed_of_turning_twenty
    where kept.* is distinct from excluded.*;
end $$;

-- For much work at once, such as an import: between the two calls replan keeps in mind whom it is asked for, and does
-- it at the end, once for each.
create function base.hold_replan() returns void language plpgsql security definer set search_path = pg_catalog
set client_min_messages = warning as $$
begin
  drop table if exists pg_temp.replan_held;
  create temp table replan_held (youth_id uuid) on commit drop;
  perform set_config('kaa.replan', 'held', true);
end $$;
create function base.release_replan() returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform set_config('kaa.replan', '', true);
  perform base.replan(array(select distinct h.youth_id from pg_temp.replan_held h));
end $$;
revoke all on function base.hold_replan, base.release_replan from public;
grant execute on function base.hold_replan, base.release_replan to kaa_service; -- for results in bulk
revoke all on function base.replan, base.next_steps from public;

create function base.replan_new_rows() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.replan(array(select distinct n.youth_id from new_rows n));
  return null;
end $$;

-- A registration that ends takes what was planned with it. What changed is told by EXCEPT and not by a join of
-- old and new: a plan kept from a statement of one row would compare each row of a large one with every other.
create function base.replan_registrations() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.cancel_planned(array(select youth_id from (
    select n.id, n.youth_id from new_rows n where n.status = 'ended'
    except select o.id, o.youth_id from old_rows o where o.status = 'ended') ended), null, 'left_target_group');
  perform base.replan(array(select distinct n.youth_id from new_rows n));
  return null;
end $$;

-- One whose address must no longer be used gets no letter, door card or visit that was planned before.
create function base.replan_youths() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'INSERT' then
    perform base.replan(array(select n.id from new_rows n));
    return null;
  end if;
  perform base.cancel_planned(array_agg(c.id), '{letter,door_card,home_visit}', 'no_usable_address')
  from (select n.id, n.protection, n.address, n.contact_address from new_rows n
        except select o.id, o.protection, o.address, o.contact_address from old_rows o) c
  where not base.usable_address(c.protection, c.address, c.contact_address) having count(*) > 0;
  perform base.replan(array(select n.id from new_rows n union select o.merged_into from old_rows o where o.merged_into is not null));
  return null;
end $$;

create function base.replan_policy() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if exists (select from new_rows n join old_rows o using (municipality, id) where n.policy is distinct from o.policy) then
    perform base.replan(array(select r.youth_id from base.registrations r
                              where r.municipality = base.municipality() and r.end_date is null));
  end if;
  return null;
end $$;

create trigger replan_insert after insert on base.registrations referencing new table as new_rows
  for each statement execute function base.replan_new_rows();
create trigger replan_update after update on base.registrations referencing old table as old_rows new table as new_rows
  for each statement execute function base.replan_registrations();
create trigger replan_insert after insert on base.youths referencing new table as new_rows
  for each statement execute function base.replan_youths();
create trigger replan_update after update on base.youths referencing old table as old_rows new table as new_rows
  for each statement execute function base.replan_youths();
create trigger replan_update after update on base.municipalities referencing old table as old_rows new table as new_rows
  for each statement execute function base.replan_policy();
do $$
declare
  tbl text;
begin
  foreach tbl in array array['outreach_attempts', 'occupations', 'outreach_pauses', 'address_notifications'] loop
    execute format('create trigger replan_insert after insert on base.%I referencing new table as new_rows
      for each statement execute function base.replan_new_rows()', tbl);
    execute format('create trigger replan_update after update on base.%I referencing new table as new_rows
      for each statement execute function base.replan_new_rows()', tbl);
  end loop;
end $$;

-- One night: those whose next step is another because of the day: a pause begins or has ended, an exhausted outreach
-- begins anew. Nothing is written of a person but what the plan makes of it.
create function base.replan_for_the_day(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  due uuid[] := array(
    select s.youth_id from base.outreach_state s
    where s.municipality = town and s.step in ('paused', 'exhausted') and s.due_date <= base.today()
    union
    select s.youth_id
    from base.pauses p join base.youths y on y.municipality = town and y.id = p.youth_id
    join base.outreach_state s on s.municipality = town and s.youth_id = coalesce(y.merged_into, y.id)
    where p.municipality = town and p.last_date >= base.today() and p.from_date <= base.today() and s.step <> 'paused');
begin
  perform base.replan(due);
  return jsonb_build_object('replanned', cardinality(due));
end $$;
revoke all on function base.replan_for_the_day from public;
insert into base.nightly_steps (position, name, doc) values
  (200, 'replan_for_the_day', 'Plans anew the outreach to those whose pause begins or has ended, and begins the ladder again for those who are exhausted.');

-- Views --------------------------------------------------------------------------------------------

create view api.outreach_plan with (security_invoker) as
select s.youth_id as id, s.changed_at as "modifiedAt", s.youth_id as "youthId", y.given_name as "givenName",
       y.family_name as "familyName", y.birth_date as "birthDate", y.sex, y.district_id as "districtId", y.unit_id as "unitId",
       s.step, s.why, s.due_date as "dueDate", s.overdue_after < base.today() as overdue,
       nullif(s.overdue_after, 'infinity') as "overdueAfter", s.attempts, s.first_contact_at as "firstContactAt",
       s.informed_of_turning_twenty as "informedOfTurningTwenty",
       r.start_date as "registeredFrom"
from base.outreach_state s
join base.youths y on y.municipality = s.municipality and y.id = s.youth_id
join base.registrations r on r.municipality = s.municipality and r.id = s.registration_id
where s.step is not null;

select base.publish('api.outreach_plan');
