#include <CLI/CLI.hpp>
#include <cstdio>
#include <qrcodegen/qrcodegen.hpp>

#include "services/cli/commands.h"

namespace whoosh::cli {
namespace {

// Two modules per character cell, upper and lower half blocks, with the quiet zone of four modules
// that ISO/IEC 18004 asks for. Dark modules are drawn as blanks on a light background (ANSI
// colours), so that the code reads right on dark and light terminals.
int run(const std::string& text) {
  using qrcodegen::QrCode;
  try {
    const QrCode code = QrCode::encodeText(text.c_str(), QrCode::Ecc::LOW);
    constexpr int quiet = 4;
    const auto dark = [&](int x, int y) { return code.getModule(x, y); };  // outside: light
    std::string out;
    for (int y = -quiet; y < code.getSize() + quiet; y += 2) {
      out += "\x1b[107;30m";
      for (int x = -quiet; x < code.getSize() + quiet; ++x) {
        const bool upper = dark(x, y);
        const bool lower = dark(x, y + 1);
        out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
      }
      out += "\x1b[0m\n";
    }
    std::fputs(out.c_str(), stdout);
    return 0;
  } catch (const qrcodegen::data_too_long&) {
    return fail("the text is too long for a QR code (2953 bytes at most).");
  }
}

}  // namespace

Command add_qr(CLI::App& app) {
  const auto text = std::make_shared<std::string>();
  CLI::App* qr = app.add_subcommand("qr", "Print a text (a URL) as a QR code for phones");
  qr->add_option("text", *text, "What the code says")->required();
  return {qr, [text] { return run(*text); }};
}

}  // namespace whoosh::cli
