/// The hand: gives up root's rights for a user's and does what it is told with the user's files,
/// until the other end closes. It never has credentials, nor a socket to the world.
#pragma once

namespace fairlead::stage {

/// Exit status of the process. It was started with pool_fd and a socket for each lane, and nothing
/// else.
int serve_hand(int lanes);

} // namespace fairlead::stage
