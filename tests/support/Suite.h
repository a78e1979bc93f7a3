#pragma once

#include <QObject>

#include <memory>

namespace recado::tests {

/// The test classes of one program. Each file ends with RECADO_TEST(Class) and is listed in its directory's
/// recado_tests(); SuiteMain.cpp runs one class, or all. One program for many classes because every program
/// of its own costs a link with the whole house.
class Suite {
public:
    using Make = std::unique_ptr<QObject> (*)();

    /// Called before main() by RECADO_TEST; `name` is a literal, perhaps qualified by its namespace.
    static bool add(const char* name, Make make);
};

} // namespace recado::tests

#define RECADO_TEST_NAMED(variable, Class)                                                                   \
    [[maybe_unused]] static const bool variable = recado::tests::Suite::add(                                 \
        #Class, []() -> std::unique_ptr<QObject> { return std::make_unique<Class>(); });
#define RECADO_TEST_NUMBERED(number, Class) RECADO_TEST_NAMED(recadoTest##number, Class)
#define RECADO_TEST_EXPANDED(number, Class) RECADO_TEST_NUMBERED(number, Class)

/// Enters a QObject with test slots into its suite; the counter keeps unity builds free of equal names.
#define RECADO_TEST(Class) RECADO_TEST_EXPANDED(__COUNTER__, Class)
