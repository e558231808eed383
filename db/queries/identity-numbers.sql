-- Identity numbers.

-- section: add
select base.add_number($1, ($3 ->> 'youthId')::uuid, $2)
