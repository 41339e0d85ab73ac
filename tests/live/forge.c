/* A hostile client: submits a batch job whose spank_job_env claims to carry the controller's
 * record, as nobody could with sbatch. Prints the job id. usage: forge PARTITION [ENTRY] */
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <stdio.h>
#include <unistd.h>

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define JOB_ID(response) (response)->step_id.job_id
#else
#define JOB_ID(response) (response)->job_id
#endif

int main(int argc, char** argv) {
    static char name[] = "forge";
    static char record[] = "FAIRLEAD_ADMITTED={\"schema\":\"fairlead.admitted/"
                           "1\",\"efa\":\"required\",\"asked\":true}";
    static char harmless[] = "HARMLESS=1";
    static char path[] = "PATH=/usr/bin:/bin";
    static char script[] = "#!/bin/sh\nexit 0\n";
    static char directory[] = "/";
    static char nowhere[] = "/dev/null";
    char* forged[] = {record, harmless, NULL};
    char* environment[] = {path, NULL};
    job_desc_msg_t job;
    submit_response_msg_t* response = NULL;

    if (argc != 2 && argc != 3)
        return 2;
    if (argc == 3)
        forged[0] = argv[2];
    slurm_init(NULL);
    slurm_init_job_desc_msg(&job);
    job.partition = argv[1];
    job.script = script;
    job.user_id = getuid();
    job.group_id = getgid();
    job.min_nodes = 1;
    job.work_dir = directory;
    job.std_out = nowhere;
    job.environment = environment;
    job.env_size = 1;
    job.spank_job_env = forged;
    job.spank_job_env_size = 2;
    if (slurm_submit_batch_job(&job, &response) != SLURM_SUCCESS) {
        slurm_perror(name);
        return 1;
    }
    printf("%u\n", JOB_ID(response));
    slurm_free_submit_response_response_msg(response);
    return 0;
}
