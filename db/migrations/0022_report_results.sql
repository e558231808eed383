-- Reports that have been computed, kept while nothing has changed, and those that were published, kept for good.

-- seen_before and seen: the snapshot that it was computed from, as far as changes tell it: all of older transactions, and
-- those of these later ones. (A standby's own pg_snapshot does not name the transactions under way.)
create table base.report_results (
  municipality text not null default base.municipality(),
  key text not null check (length(key) = 64), -- SHA-256 of the question
  question jsonb not null,
  complete boolean not null,                  -- the period is over
  day date not null,                          -- when it was computed
  computed_at timestamptz not null default base.now(),
  seen_before xid8 not null,
  seen xid8[] not null,
  answer text not null,                       -- JSON, byte for byte
  words text not null,                        -- titles, definitions and labels, for the other formats
  primary key (municipality, key)
);
alter table base.report_results enable row level security;

-- Whether what was computed from the snapshot still is that of the data: no change of the municipality is outside it, and for
-- a period that is not over the day is the same. What is published changes no figure.
-- (Functions of SQL would be planned at each call, which takes longer than all else.)
create function base.is_current(complete boolean, day date, seen_before xid8, seen xid8[]) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
  return (complete or day = base.today())
    and seen_before <= pg_snapshot_xmax(pg_current_snapshot()) -- else the data is that of another server, by a dump
    and not exists (select from base.changes c where c.municipality = base.municipality() and c.xid >= seen_before
                    and c.xid <> all (seen) and c.resource <> 'published-reports');
end $$;

-- A kept answer, while it is that of the data and the caller may have it.
create function base.kept_report(key text) returns table (answer text, words text)
language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
begin
  return query
  select r.answer, r.words from base.report_results r
  where r.municipality = base.municipality() and r.key = kept_report.key
    and (base.may('reports:exact') or base.may('reports:read') and (r.question ->> 'masked')::boolean)
    and case when base.districts() is null then r.question -> 'districts' = 'null'
             else r.question -> 'districts' = (select coalesce(jsonb_agg(distinct d order by d), '[]') from unnest(base.districts()) d) end
    and base.is_current(r.complete, r.day, r.seen_before, r.seen);
end $$;

-- Keeps an answer; who was first with one that still is that of the data stays.
create function base.keep_report(result jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not (base.may('reports:read') or base.may('reports:exact')) then
    perform base.refuse(403, 'scope-missing', '{"scope": "reports:read"}');
  end if;
  perform pg_advisory_xact_lock(hashtextextended(base.municipality() || (result ->> 'key'), 22));
  if exists (select from base.kept_report(result ->> 'key')) then return; end if;
  insert into base.report_results as r (key, question, complete, day, seen_before, seen, answer, words)
  values (result ->> 'key', result -> 'question', (result ->> 'complete')::boolean, (result ->> 'day')::date,
          (result #>> '{seen,xmin}')::xid8, array(select x::xid8 from jsonb_array_elements_text(result #> '{seen,xids}') x),
          result ->> 'answer', result ->> 'words')
  on conflict (municipality, key) do update
  set complete = excluded.complete, day = excluded.day, computed_at = excluded.computed_at, seen_before = excluded.seen_before,
      seen = excluded.seen, answer = excluded.answer, words = excluded.words;
end $$;
revoke all on function base.is_current, base.kept_report, base.keep_report from public;
grant execute on function base.kept_report, base.keep_report to kaa_service;

-- Those that no one can be given any more, or that are a year old.
create function base.forget_report_results(municipality text) returns jsonb language sql
begin atomic
  with gone as (
    delete from base.report_results r
    where r.municipality = forget_report_results.municipality
      and (not r.complete and r.day < base.today() or r.computed_at < base.now() - interval '1 year')
    returning 1)
  select jsonb_build_object('forgotten', count(*)) from gone;
end;
insert into base.nightly_steps (position, name, doc) values
  (170, 'forget_report_results', 'Computed reports of a day that is over are forgotten.');

-- Published reports -----------------------------------------------------------------------------------

-- The masked answer as it was; never changed, only superseded by another of the same question.
create table base.published_reports (
  like base.standard including defaults,
  report text not null,
  period text not null,
  group_by text not null,
  definition_version text not null,
  note text check (length(note) between 1 and 500),
  supersedes uuid,
  complete boolean not null, -- this and the next three as of base.report_results
  day date not null,
  seen_before xid8 not null,
  seen xid8[] not null,
  answer text not null,
  words text not null,
  primary key (municipality, id),
  constraint already_superseded unique (municipality, supersedes),
  foreign key (municipality, supersedes) references base.published_reports (municipality, id)
);
select base.guard('published_reports', 'configuration');
revoke insert, update on base.published_reports from kaa_service;

-- They are of the whole municipality: a token of some districts has no part in them.
alter policy visible on base.published_reports
  using (municipality = (select base.municipality()) and (select base.districts()) is null);

create function base.publish_report(id uuid, body jsonb, key text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  before base.published_reports;
begin
  if not base.may('published-reports:write') then
    perform base.refuse(403, 'scope-missing', '{"scope": "published-reports:write"}');
  end if;
  if base.districts() is not null then perform base.refuse(403, 'districts-limited'); end if;
  if body ->> 'supersedes' is not null then
    select * into before from base.published_reports p
    where p.municipality = base.municipality() and p.id = (body ->> 'supersedes')::uuid;
    if not found then perform base.refuse(422, 'unknown-reference', '{"pointer": "/supersedes"}'); end if;
    if (before.report, before.period, before.group_by)
       is distinct from (body ->> 'report', body ->> 'period', coalesce(body ->> 'groupBy', 'total')) then
      perform base.refuse(422, 'supersedes-another');
    end if;
  end if;
  insert into base.published_reports (id, report, period, group_by, definition_version, note, supersedes, complete, day, seen_before,
                                      seen, answer, words)
  select publish_report.id, r.question ->> 'report', r.question ->> 'period', r.question ->> 'groupBy', r.question ->> 'version',
         body ->> 'note', (body ->> 'supersedes')::uuid, r.complete, r.day, r.seen_before, r.seen, r.answer, r.words
  from base.report_results r
  where r.municipality = base.municipality() and r.key = publish_report.key and (r.question ->> 'masked')::boolean;
  perform base.found(case when found then 1 else 0 end);
end $$;
revoke all on function base.publish_report from public;
grant execute on function base.publish_report to kaa_service;

create view api.published_reports with (security_invoker) as
select p.id, p.version, p.created_at as "createdAt", p.created_by as "createdBy", p.modified_at as "modifiedAt", p.modified_by as "modifiedBy",
       p.report, p.period, p.group_by as "groupBy", p.definition_version as "definitionVersion", p.note, p.supersedes,
       (select n.id from base.published_reports n where n.municipality = p.municipality and n.supersedes = p.id) as "supersededBy"
from base.published_reports p;
select base.publish('api.published_reports');
