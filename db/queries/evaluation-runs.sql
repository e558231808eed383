-- Evaluation runs.

-- section: run
select base.run_evaluation($1, $2)
