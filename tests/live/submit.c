/* Submits held batch jobs as fast as slurmctld takes them, or at a pace.
 * usage: submit NAME JOBS THREADS [PAUSE-MICROSECONDS]; prints how many were taken and how many
 * refused. */
#include <pthread.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char* name;
static useconds_t pause_us;
static atomic_int left, taken, refused;

static void submit_one(void) {
    static char account[] = "bio", script[] = "#!/bin/sh\ntrue\n", folder[] = "/tmp",
                nowhere[] = "/dev/null";
    static char path[] = "PATH=/usr/bin:/bin", mail[] = "ada@example.org";
    char* environment[] = {path, NULL};
    submit_response_msg_t* response = NULL;
    job_desc_msg_t job;
    slurm_init_job_desc_msg(&job);
    job.name = name;
    job.account = account;
    job.script = script;
    job.work_dir = folder;
    job.std_out = nowhere;
    job.mail_user = mail;
    job.environment = environment;
    job.env_size = 1;
    job.user_id = getuid();
    job.group_id = getgid();
    job.time_limit = 30;
    job.min_nodes = 1;
    job.num_tasks = 1;
    job.priority = 0;
    if (slurm_submit_batch_job(&job, &response) == SLURM_SUCCESS)
        ++taken;
    else
        ++refused;
    if (response)
        slurm_free_submit_response_response_msg(response);
}

static void* work(void* nothing) {
    while (atomic_fetch_sub(&left, 1) > 0) {
        submit_one();
        if (pause_us)
            usleep(pause_us);
    }
    return nothing;
}

int main(int argc, char** argv) {
    pthread_t threads[64];
    int count, i;
    if (argc < 4 || (count = atoi(argv[3])) < 1 || count > 64)
        return 2;
    name = argv[1];
    left = atoi(argv[2]);
    pause_us = argc > 4 ? (useconds_t)atol(argv[4]) : 0;
    slurm_init(NULL);
    for (i = 0; i < count; ++i)
        pthread_create(&threads[i], NULL, work, NULL);
    for (i = 0; i < count; ++i)
        pthread_join(threads[i], NULL);
    printf("%d taken, %d refused\n", (int)taken, (int)refused);
    return 0;
}
