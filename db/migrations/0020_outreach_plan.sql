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

-- What base.outreach_state says of each youth: copies, the latest registration and occupation, and what the ladder says
-- now when a registration is open. What belongs to a merged duplicate is the survivor's, and the duplicate itself is
-- left out. Each youth is looked up by index (the limits see to it): after a large import the planner's statistics
-- know nothing of its rows.
create function base.next_steps(town text, youths uuid[]) returns setof base.outreach_state
language sql stable set search_path = pg_catalog
begin atomic
  with policy as materialized (
    select p ->> 'massLetterDate' as mass_day, (p ->> 'firstContactWithin')::interval as first_within,
           (p ->> 'phoneAfter')::interval as phone_after from base.policy() p),
  wanted as materialized (
    select w.id, array[w.id] || array(select d.id from base.youths d where d.municipality = town and d.merged_into = w.id) as parts
    from (select distinct id from unnest(youths) id) w),
  ladder as materialized (
    select y.*, coalesce(r.start_date, e.start_date) as start_date, r.id as open_id, case when r.id is null then e.exit_reason end as exit_reason,
           o.code, o.review_date, policy.phone_after,
           case when r.id is not null then base.letter_due(r.start_date, policy.mass_day, policy.first_within) end as letter_due,
           (r.start_date + policy.first_within)::date as first_limit, made.*
    from policy, wanted w
    cross join lateral (select y.id, y.modified_at, y.status, y.protection, y.district_id, y.unit_id, y.sex, y.birth_date,
                               y.family_name || ' ' || y.given_name as name,
                               base.usable_address(y.protection, y.address, y.contact_address) as usable
                        from base.youths y where y.municipality = town and y.id = w.id and y.merged_into is null limit 1) y
    left join lateral (
      select r.* from unnest(w.parts) p(id)
      cross join lateral (select r.id, r.start_date from base.registrations r
                          where r.municipality = town and r.youth_id = p.id and r.end_date is null limit 1) r limit 1) r on true
    left join lateral (
      select e.* from unnest(w.parts) p(id)
      cross join lateral (select r.start_date, r.created_at, r.exit_reason from base.registrations r
                          where r.municipality = town and r.youth_id = p.id
                          order by r.start_date desc, r.created_at desc limit 1) e
      order by e.start_date desc, e.created_at desc limit 1) e on true
    left join lateral (
      select o.* from unnest(w.parts) p(id)
      cross join lateral (select o.holds_from, o.created_at, o.code, o.review_date from base.occupations o
                          where o.municipality = town and o.youth_id = p.id
                          order by o.holds_from desc, o.created_at desc limit 1) o
      order by o.holds_from desc, o.created_at desc limit 1) o on true
    cross join lateral (
      select (count(*) filter (where a.purpose = 'outreach'))::int as attempts,
             min(a.attempted_at) filter (where a.purpose = 'outreach') as first_at,
             (coalesce(min(a.attempted_at) filter (where a.channel = 'letter'), min(a.attempted_at))
              at time zone 'Europe/Stockholm')::date as letter_date,
             bool_or(a.channel = 'letter') as lettered,
             coalesce(bool_or(a.status in ('reached', 'reached_declined')), false) as reached
      from unnest(w.parts) p(id)
      cross join lateral (select a.* from base.outreach_attempts a
                          where a.municipality = town and a.youth_id = p.id limit 10000) a
      where r.id is not null and a.status not in ('planned', 'cancelled', 'voided')
        and a.attempted_at >= r.start_date::timestamp at time zone 'Europe/Stockholm') made)
  select town, l.id, l.modified_at, l.status, l.protection, l.district_id, l.unit_id, l.sex, coalesce(l.birth_date, 'infinity'), l.name,
         l.start_date, l.exit_reason, l.code, coalesce(l.review_date, 'infinity'), l.open_id, n.step, n.why, n.due_date,
         coalesce(n.overdue_after, 'infinity'), coalesce(n.due_key, 'infinity'), n.step is not null and l.first_at is null,
         l.attempts, l.first_at
  from ladder l
  left join lateral (
    select case when l.reached then 'follow_up' when not l.usable then 'manual_contact'
                when l.letter_date is null then 'letter' else 'phone' end as step,
           case when l.reached then 'reached' when l.protection = 'protected_registration' then 'protected_registration'
                when not l.usable then 'no_address'
                when l.letter_date is null and l.letter_due > l.start_date then 'mass_letter'
                when l.letter_date is null then 'registered' when l.lettered then 'letter_sent' else 'attempt_made' end as why,
           due.due_date, coalesce(due.due_date, '9999-12-31') as due_key,
           case when not l.reached and l.letter_date is null then l.first_limit else due.due_date end as overdue_after
    from (select case when l.reached then l.review_date when l.letter_date is null then l.letter_due
                      else (l.letter_date + l.phone_after)::date end as due_date) due) n on l.open_id is not null;
end;

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
        attempts = excluded.attempts, first_contact_at = excluded.first_contact_at
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
create trigger replan_insert after insert on base.outreach_attempts referencing new table as new_rows
  for each statement execute function base.replan_new_rows();
create trigger replan_update after update on base.outreach_attempts referencing new table as new_rows
  for each statement execute function base.replan_new_rows();
create trigger replan_insert after insert on base.occupations referencing new table as new_rows
  for each statement execute function base.replan_new_rows();
create trigger replan_update after update on base.occupations referencing new table as new_rows
  for each statement execute function base.replan_new_rows();
create trigger replan_insert after insert on base.youths referencing new table as new_rows
  for each statement execute function base.replan_youths();
create trigger replan_update after update on base.youths referencing old table as old_rows new table as new_rows
  for each statement execute function base.replan_youths();
create trigger replan_update after update on base.municipalities referencing old table as old_rows new table as new_rows
  for each statement execute function base.replan_policy();

-- Views --------------------------------------------------------------------------------------------

create view api.outreach_plan with (security_invoker) as
select s.youth_id as id, s.changed_at as "modifiedAt", s.youth_id as "youthId", y.given_name as "givenName",
       y.family_name as "familyName", y.birth_date as "birthDate", y.sex, y.district_id as "districtId", y.unit_id as "unitId",
       s.step, s.why, s.due_date as "dueDate", s.overdue_after < base.today() as overdue,
       nullif(s.overdue_after, 'infinity') as "overdueAfter", s.attempts, s.first_contact_at as "firstContactAt",
       r.start_date as "registeredFrom"
from base.outreach_state s
join base.youths y on y.municipality = s.municipality and y.id = s.youth_id
join base.registrations r on r.municipality = s.municipality and r.id = s.registration_id
where s.step is not null;

select base.publish('api.outreach_plan');
