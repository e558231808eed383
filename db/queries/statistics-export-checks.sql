-- The checks of the statistics export.

-- section: checks
select c.body, 0::bigint as version, c.subjects, null::text as page from base.statistics_checks($3) c
