-- The nine rules that bench/jobsubmit.d/rules.yaml states too.
function slurm_job_submit(job, partitions, uid)
    if job.account == nil then
        slurm.log_user("say who pays: --account")
        return slurm.ERROR
    end
    if job.time_limit == slurm.NO_VAL then
        slurm.log_user("say how long: --time")
        return slurm.ERROR
    end
    if job.partition == nil then job.partition = "cpu" end
    if job.partition == "gpu" and not (job.tres_per_node and string.find(job.tres_per_node, "gpu")) then
        slurm.log_user("partition gpu is for jobs with GPUs")
        return slurm.ERROR
    end
    if job.min_nodes == slurm.NO_VAL then job.min_nodes = 1 end
    local tasks = job.num_tasks
    if tasks == slurm.NO_VAL then tasks = 1 end
    local cpus = job.cpus_per_task
    if cpus == slurm.NO_VAL16 then cpus = 1 end
    if tasks * cpus > 100000 then
        slurm.log_user("too many CPUs")
        return slurm.ERROR
    end
    if job.mail_user ~= nil and not string.find(job.mail_user, "@example%.org$") then
        slurm.log_user("mail goes to example.org alone")
        return slurm.ERROR
    end
    if job.time_limit <= 60 and job.qos == nil then
        job.comment = job.comment and job.comment .. ";short" or "short"
    end
    job.admin_comment = "of " .. job.account
    return slurm.SUCCESS
end
function slurm_job_modify(job, record, partitions, uid) return slurm.SUCCESS end
return slurm.SUCCESS
