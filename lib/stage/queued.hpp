/// Data that comes in while its job is still held (when=queued): the word in the job's
/// admin_comment by which job_submit tells the service `fairlead stage import` of it.
#pragma once

#include "config/staging.hpp"
#include "stage/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// Whether one line asks for it; then all that the job stages in comes so, but for what goes to
/// each node.
bool asks_queued(const Request& request);

/// Whether all local paths lie in the folders that the site opens to the service, which runs beside
/// files that no node has. FL-S102, FL-S133.
Result<void> check_folders(const config::Staging& site, const std::vector<Transfer>& transfers);

/// "fairlead-stage=1763790000000000000;FL-S: held until its data is there"
std::string queued_note(std::string_view id);

/// The id of the submission, digits; nothing where the comment has no such word.
std::optional<std::string> queued_id(std::string_view admin_comment);

/// The comment without the word: the service is done with the job.
std::string without_queued(std::string_view admin_comment);

} // namespace fairlead::stage
