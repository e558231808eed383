-- Outreach attempts: an event waits for the youth's other casework.

-- section: event
select base.transit_attempt($1, $2, $3)
