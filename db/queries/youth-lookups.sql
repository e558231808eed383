-- Youth lookups: by any number that a person has had; row level security hides as in every other read.

-- section: find
with asked as (
  select a.number, a.n from jsonb_array_elements_text($2 -> 'personalNumbers') with ordinality a(number, n)
), found as materialized (
  select a.number, a.n, y.id,
         jsonb_strip_nulls(jsonb_build_object('id', y.id, 'status', y.status, 'birthDate', y."birthDate",
           'givenName', y."givenName", 'familyName', y."familyName", 'protection', y.protection,
           'registration', case when base.may('youths:read') then y.registration end,
           'href', ($3 ->> '@base') || '/youths/' || y.id)) as youth
  from asked a
  left join base.numbers_of_persons i on i.number = a.number
  left join api.youths y on y.id = i.youth_id
)
select json_build_object('data', coalesce(json_agg(json_strip_nulls(json_build_object('personalNumber', f.number,
         'found', f.id is not null, 'youth', case when f.id is not null then f.youth end)) order by f.n), '[]'))::text as body,
       0::bigint as version,
       coalesce(array_agg(distinct f.id) filter (where f.id is not null), '{}') as subjects,
       null::text as page
from found f
