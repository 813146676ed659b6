// The keys of a process. Of a cluster's: files and folders as configured, only read. Of a data
// folder: <data>/keys/*.pem, mode 0600, newest first (the newest signs). Called at start, by
// `whoosh keys`, and by key_watch.h while we run; any thread, no state.
#pragma once

#include <string>
#include <vector>

#include "auth/keys.h"
#include "auth/seal.h"
#include "base/result.h"
#include "base/time.h"

namespace whoosh::role {

// Paths of what is there, newest first.
[[nodiscard]] base::Result<std::vector<std::string>> key_files(const std::string& data);
// Makes one more; its name says when. Errors name the folder and what is missing.
[[nodiscard]] base::Result<std::string> add_key_file(const std::string& data, base::UnixMs now,
                                                     int bits = auth::rsa_bits_default);
// Loads what is there; makes the first one when there is none.
[[nodiscard]] base::Result<auth::KeySet> load_or_make_keys(const std::string& data,
                                                           base::UnixMs now,
                                                           int bits = auth::rsa_bits_default);

// Keys as a cluster's process is given them: files, and folders whose *.pem count, newest first; a
// public key alone will do where nothing is signed. invalid_input: none is there.
[[nodiscard]] base::Result<std::vector<std::string>> given_key_files(
    const std::vector<std::string>& given);

// The secrets that second factors are sealed with: <data>/keys/*.secret, newest first; makes the
// first one when there is none.
[[nodiscard]] base::Result<auth::Sealer> load_or_make_sealer(const std::string& data,
                                                             base::UnixMs now);
// One more, which seals from the next start on; answers its path.
[[nodiscard]] base::Result<std::string> add_secret_file(const std::string& data, base::UnixMs now);
// Of a cluster's process: *.secret of the folders, and files of that name. None: a sealer without a
// key.
[[nodiscard]] base::Result<auth::Sealer> load_sealer(const std::vector<std::string>& given);

// Makes the data folder with mode 0700 when it is missing. Errors: unavailable, with the sentence
// to print.
[[nodiscard]] base::Result<> make_data_folder(const std::string& data);

}  // namespace whoosh::role
