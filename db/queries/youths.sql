-- Youths.

-- section: add
select base.add_youth($1, $2)

-- section: edit
with locked as materialized (
  select base.matched((select t.version from base.youths t where t.municipality = base.municipality() and t.id = $1 for update),
                      ($3 ->> '@version')::bigint)
)
update base.youths y
set contact_address = case when $2 ? 'contactAddress' then base.merge_patch(y.contact_address, $2 -> 'contactAddress') else y.contact_address end,
    phones = case when $2 ? 'phones' then array(select jsonb_array_elements_text(nullif($2 -> 'phones', 'null'))) else y.phones end,
    email = case when $2 ? 'email' then $2 ->> 'email' else y.email end,
    guardians = case when $2 ? 'guardians' then nullif($2 -> 'guardians', 'null') else y.guardians end,
    external_ids = case when $2 ? 'externalIds' then base.merge_patch(y.external_ids, $2 -> 'externalIds') else y.external_ids end
from locked
where y.municipality = base.municipality() and y.id = $1
