#pragma once

#include <QByteArray>

#include <vector>

namespace recado::tests {

/// Every 32-byte encoding of a u-coordinate of small order on Curve25519 or its twist: the five values, their
/// forms above the prime, and all of them again with the unused top bit set.
inline std::vector<QByteArray> smallOrderEncodings() {
    const std::vector<QByteArray> low{
        QByteArray(32, '\0'),
        QByteArray("\x01", 1) + QByteArray(31, '\0'),
        QByteArray::fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        QByteArray::fromHex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        QByteArray::fromHex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // p - 1
        QByteArray::fromHex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // p
        QByteArray::fromHex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // p + 1
    };
    std::vector<QByteArray> all = low;
    for (QByteArray point : low) {
        point[31] = char(point[31] | 0x80);
        all.push_back(point);
    }
    // 2p - 1, 2p and 2p + 1 need all 256 bits.
    all.push_back(QByteArray::fromHex("d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"));
    all.push_back(QByteArray::fromHex("daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"));
    all.push_back(QByteArray::fromHex("dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"));
    return all;
}

} // namespace recado::tests
