-- The statistics export: the rows of the half-year's file, given out.

-- section: file
select e.body, 0::bigint as version, e.subjects, null::text as page from base.statistics_export($3) e
