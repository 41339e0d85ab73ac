#include "description.hpp"

namespace fairlead::test {
namespace {

void drop(char*& text) {
    void* item = text;
    slurm_xfree(&item);
    text = nullptr;
}

} // namespace

Description::Description() { slurm_init_job_desc_msg(&job_); }

/// Every text that the tests set or the plugin may have set; the rest is never the allocator's.
Description::~Description() {
    for (char** text :
         {&job_.partition,     &job_.features,        &job_.account,       &job_.qos,
          &job_.reservation,   &job_.wckey,           &job_.licenses,      &job_.comment,
          &job_.admin_comment, &job_.mail_user,       &job_.name,          &job_.array_inx,
          &job_.script,        &job_.job_id_str,      &job_.tres_per_node, &job_.tres_per_job,
          &job_.tres_per_task, &job_.tres_per_socket, &job_.cpus_per_tres, &job_.mem_per_tres,
          &job_.work_dir,      &job_.req_nodes,       &job_.exc_nodes,     &job_.dependency,
          &job_.alloc_node,    &job_.container,       &job_.network,       &job_.burst_buffer,
          &job_.extra})
        drop(*text);
    drop_spank();
}

void Description::drop_spank() {
    for (std::uint32_t i = 0; i < job_.spank_job_env_size && job_.spank_job_env; ++i)
        drop(job_.spank_job_env[i]);
    void* entries = job_.spank_job_env;
    slurm_xfree(&entries);
    job_.spank_job_env = nullptr;
}

void Description::put(char*& field, const char* text) {
    drop(field);
    field = slurm_xstrdup(text);
}

void Description::spank(const std::vector<std::string>& entries) {
    drop_spank();
    job_.spank_job_env = static_cast<char**>(slurm_xcalloc(entries.size() + 1, sizeof(char*), true,
                                                           false, __FILE__, __LINE__, __func__));
    job_.spank_job_env_size = static_cast<std::uint32_t>(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        job_.spank_job_env[i] = slurm_xstrdup(entries[i].c_str());
}

} // namespace fairlead::test
