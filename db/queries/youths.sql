-- Youths.

-- section: add
select base.add_youth($1, $2)
