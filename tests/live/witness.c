/* A job_submit plugin that stands behind another one and writes the QoS of each job, as the other
 * left it, and the arguments of its script to /run/cluster/log/witness, a line each: without
 * accounting slurmctld keeps no QoS that it could show, and from 24.11 on it shows no arguments. */
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <stdio.h>

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
#define MESSAGE_PARAMETER , char** message
#else
#define MESSAGE_PARAMETER
#endif

typedef struct job_record job_record_t;

const char plugin_name[] = "A witness of jobs";
const char plugin_type[] = "job_submit/witness";
const uint32_t plugin_version = SLURM_VERSION_NUMBER;

int init(void) { return SLURM_SUCCESS; }
int fini(void) { return SLURM_SUCCESS; }

int job_submit(job_desc_msg_t* job, uint32_t uid, char** message) {
    FILE* file = fopen("/run/cluster/log/witness", "w");
    (void)uid;
    (void)message;
    if (file) {
        fprintf(file, "%s\n", job->qos ? job->qos : "");
        for (uint32_t i = 1; job->argv && i < job->argc; ++i)
            fprintf(file, "%s%s", i > 1 ? " " : "", job->argv[i]);
        fclose(file);
    }
    return SLURM_SUCCESS;
}

int job_modify(job_desc_msg_t* job, job_record_t* record, uint32_t uid MESSAGE_PARAMETER) {
    (void)job;
    (void)record;
    (void)uid;
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
    (void)message;
#endif
    return SLURM_SUCCESS;
}
