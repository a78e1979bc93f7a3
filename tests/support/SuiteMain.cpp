#include "support/Suite.h"

#include <QList>
#include <QTest>

#include <cstdio>
#include <string_view>
#include <vector>

#ifdef RECADO_SUITE_HAS_WINDOWS
#include <QApplication>
using SuiteApplication = QApplication;
#else
#include <QCoreApplication>
using SuiteApplication = QCoreApplication;
#endif

namespace recado::tests {
namespace {

struct SuiteEntry {
    std::string_view name;
    Suite::Make make;
};

std::vector<SuiteEntry>& suiteEntries() {
    static std::vector<SuiteEntry> entries;
    return entries;
}

} // namespace

bool Suite::add(const char* name, Make make) {
    std::string_view bare = name;
    if (const auto colon = bare.rfind(':'); colon != std::string_view::npos)
        bare.remove_prefix(colon + 1);
    suiteEntries().push_back({bare, make});
    return true;
}

} // namespace recado::tests

/// suite                     runs every class
/// suite Class [arguments]   runs one, with QTest's own arguments
int main(int argc, char** argv) {
    SuiteApplication application(argc, argv);
    using recado::tests::suiteEntries;
    if (argc < 2 || argv[1][0] == '-') {
        int failures = 0;
        for (const auto& entry : suiteEntries())
            failures += QTest::qExec(entry.make().get(), argc, argv);
        return failures > 0 ? 1 : 0;
    }
    for (const auto& entry : suiteEntries()) {
        if (entry.name == argv[1]) {
            argv[1] = argv[0]; // QTest sees the program's name and the arguments behind the class
            return QTest::qExec(entry.make().get(), argc - 1, argv + 1);
        }
    }
    std::fprintf(stderr, "there is no test class %s in %s\n", argv[1], argv[0]);
    return 2;
}
