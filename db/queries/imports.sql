-- Imports.

-- section: part
select base.put_import_part($1, ($3 ->> 'n')::int, $2 -> 'rows')

-- section: event
select base.import_event($1, $2, $3)
