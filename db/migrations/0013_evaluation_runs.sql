-- Evaluation runs: everyone who is registered is evaluated as of a day, by the night or when somebody asks for it.

create table base.evaluation_runs (
  like base.standard including defaults,
  as_of date not null,
  dry_run boolean not null default false,
  counts jsonb not null,
  primary key (municipality, id)
);
select base.guard('evaluation_runs', 'configuration');
revoke insert, update on base.evaluation_runs from kaa_service;

-- The run stands at the end of its own transaction.
alter table base.evaluations add constraint evaluations_run_id_fkey foreign key (municipality, run_id)
  references base.evaluation_runs (municipality, id) deferrable initially deferred;

-- Evaluates, as of a day, everyone with an open registration: the register's members together with school events.
-- Who is out is ended, dated as_of (turned_20: the 20th birthday); review and in stay. Besides, a registration begins,
-- dated as_of, for who is in and not held back, whose latest registration ended for schooling, and of whom a school
-- event that is not absorbed and counts as of the day is dated the end of that registration or later. Everyone else
-- is registered by imports or staff. Left alone (`left`): who was evaluated as of a later day, or registered since.
-- An evaluation is kept when a registration ends or begins, or the rule is another than last time: asked again,
-- nothing is written.
create function base.evaluate_register(town text, as_of date, run uuid) returns jsonb
language plpgsql set search_path = pg_catalog set client_min_messages = warning as $$
declare
  tally jsonb;
begin
  drop table if exists pg_temp.evaluated_now;
  create temp table evaluated_now on commit drop as
  with heard as materialized (
    select h.youth_id, h.latest from base.heard_of_by_schools(town, evaluate_register.as_of) h
  ), persons as materialized (
    select r.youth_id, r.id as registration_id, true as open, r.start_date, r.start_date as earliest
    from base.registrations r where r.municipality = town and r.end_date is null
    union all
    select h.youth_id, r.id, false, r.start_date, r.end_date
    from heard h cross join lateral (
      select r.id, r.start_date, r.end_date, r.exit_reason from base.registrations r
      where r.municipality = town and r.youth_id = any (base.same_person(town, h.youth_id)) order by r.start_date desc, r.created_at desc limit 1) r
    where r.end_date <= h.latest and base.left_for_schooling(r.exit_reason)
  ), known as materialized (
    select p.*, y.birth_date, l.rule as last_rule,
           coalesce(l.as_of > evaluate_register.as_of, false) or p.start_date > evaluate_register.as_of as is_left,
           case when h.youth_id is null then base.register_members(y)
                else base.with_school_events(base.register_members(y), town, y.id, evaluate_register.as_of) end as member
    from persons p
    join base.youths y on y.municipality = town and y.id = p.youth_id
    left join heard h on h.youth_id = p.youth_id
    left join lateral (select e.rule, e.as_of from base.evaluations e where e.municipality = town and e.youth_id = p.youth_id
                       order by e.as_of desc, e.created_at desc limit 1) l on true
  ), decided as materialized (
    select k.*, t.rule, t.result, t.exit_reason, t.reason, t.occupation,
           not k.is_left and k.open and t.result = 'out' as ends,
           not k.is_left and not k.open and t.result = 'in' and not t.held_back as begins
    from known k, base.target_group(k.member, town, evaluate_register.as_of, base.policy(), true) t
  )
  select d.*, not d.is_left and (d.ends or d.begins or d.open and d.rule is distinct from d.last_rule) as changed from decided d;

  insert into base.evaluations (municipality, youth_id, as_of, rule, result, occupation, inputs, run_id)
  select town, n.youth_id, evaluate_register.as_of, n.rule, n.result, n.occupation, base.evaluation_inputs(n.member), run
  from pg_temp.evaluated_now n where n.changed;

  perform base.end_registrations(town, array_agg(n.registration_id), array_agg(case n.rule when 2 then base.twentieth(n.birth_date) else evaluate_register.as_of end),
                                 array_agg(n.exit_reason))
  from pg_temp.evaluated_now n where n.ends;

  insert into base.registrations (municipality, youth_id, start_date, reason, latest_school, latest_programme, source)
  select town, n.youth_id, evaluate_register.as_of, n.reason, l.school, l.programme, 'school-events'
  from pg_temp.evaluated_now n left join lateral base.latest_schooling(n.member, evaluate_register.as_of) l on true
  where n.begins;
  insert into base.occupations (municipality, youth_id, code, from_date, source)
  select town, n.youth_id, coalesce(n.occupation, 'unknown'), evaluate_register.as_of, 'school'
  from pg_temp.evaluated_now n where n.begins;

  perform base.log_written(case when run is null then 'registrations' else 'evaluation-runs' end, 'evaluate', run,
                           array(select n.youth_id from pg_temp.evaluated_now n where n.changed order by n.youth_id));
  select jsonb_build_object('evaluated', count(*) filter (where not n.is_left), 'changed', count(*) filter (where n.changed),
           'ended', count(*) filter (where n.ends), 'opened', count(*) filter (where n.begins), 'left', count(*) filter (where n.is_left))
    into tally from pg_temp.evaluated_now n;
  return tally;
end $$;

-- A run: takes what schools have told and evaluates. A dry run does the same and takes it back.
create function base.run_evaluation(id uuid, body jsonb) returns void
language plpgsql security definer set search_path = pg_catalog set jit = off as $$
declare
  town text := base.municipality();
  day date := coalesce((body ->> 'asOf')::date, base.today());
  dry boolean := coalesce((body ->> 'dryRun')::boolean, false);
  tally jsonb;
begin
  -- the counts are of everyone
  perform base.needs_to_see('protected:read');
  if day > base.today() then perform base.refuse(422, 'in-the-future', '{"pointer": "/asOf"}'); end if;
  perform base.lock_register(town, false);
  begin
    perform base.take_school_events(town);
    tally := base.evaluate_register(town, day, case when not dry then run_evaluation.id end);
    if dry then raise exception using errcode = 'KADRY'; end if;
  exception when sqlstate 'KADRY' then null;
  end;
  insert into base.evaluation_runs (id, as_of, dry_run, counts) values (run_evaluation.id, day, dry, tally);
end $$;
revoke all on function base.run_evaluation from public;
grant execute on function base.run_evaluation to kaa_service;

create function base.reevaluate_register(town text) returns jsonb language sql set search_path = pg_catalog
return base.evaluate_register(town, base.today(), null);
insert into base.nightly_steps (position, name, doc) values
  (100, 'reevaluate_register', 'Ends the registrations of those who are no longer covered, e.g. turned 20.');

create view api.evaluation_runs with (security_invoker) as
select r.id, r.version, r.created_at as "createdAt", r.created_by as "createdBy", r.modified_at as "modifiedAt",
       r.modified_by as "modifiedBy", r.as_of as "asOf", r.dry_run as "dryRun", r.counts
from base.evaluation_runs r;
select base.publish('api.evaluation_runs');
