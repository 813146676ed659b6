// wiregen: writes the TypeScript types of the wire into the source tree.
//   wiregen [--root DIR]          write what changed
//   wiregen [--root DIR] --check  change nothing; exit 1 and name the files that are stale
//   wiregen --print               everything to standard output
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string_view>

#include "outputs.h"

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (file) return 0;
  std::cerr << "wiregen: cannot write " << path.string() << "\n";
  return 2;
}

struct Options {
  fs::path root = ".";
  bool check = false;
  bool print = false;
};

int run(const Options& options) {
  whoosh::wiregen::Files files;
  whoosh::wiregen::add_platform(files);
  whoosh::wiregen::add_games(files);
  int status = 0;
  for (const auto& [name, content] : files) {
    const fs::path path = options.root / name;
    if (options.print) {
      std::cout << "// ---- " << name << "\n" << content;
    } else if (read(path) == content) {
      continue;
    } else if (options.check) {
      std::cerr << "wiregen: " << name << " is stale; run `make types`\n";
      status = 1;
    } else {
      status = std::max(status, write(path, content));
    }
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--check")
      options.check = true;
    else if (arg == "--print")
      options.print = true;
    else if (arg == "--root" && i + 1 < argc)
      options.root = argv[++i];
    else {
      std::cerr << "usage: wiregen [--root DIR] [--check | --print]\n";
      return 2;
    }
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "wiregen: " << error.what() << "\n";
    return 2;
  }
}
