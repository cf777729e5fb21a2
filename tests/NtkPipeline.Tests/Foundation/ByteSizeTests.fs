module NtkPipeline.Tests.ByteSizeTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "ByteSize" [
        testCase "sizes are read as people write them"
        <| fun () ->
            for text, bytes in
                [
                    "1B", 1L
                    "300B", 300L
                    "2GB", 2_000_000_000L
                    "512 MB", 512_000_000L
                    "1.5GiB", 1_610_612_736L
                    "4k", 4_000L
                    "4KB", 4_000L
                    " 1 TiB ", 1_099_511_627_776L
                ] do
                Expect.equal (ByteSize.parse text) (Ok bytes) text

            for text in
                [
                    ""
                    "GB"
                    "-1GB"
                    "0"
                    "0GB"
                    "4"
                    "1.5"
                    "2 gigabytes"
                    "1e3"
                    "1,5GB"
                    "99999999PB"
                ] do
                Expect.stringContains (Expect.wantError (ByteSize.parse text) text) "is not a size" text

        testCase "a number without a unit is refused with what may have been meant"
        <| fun () ->
            Expect.equal
                (ByteSize.parse "4")
                (Error "'4' is not a size, for it has no unit; write 4GB, or 512MB")
                "gigabytes"

        testCase "sizes are printed in thousands, and read back"
        <| fun () ->
            Expect.equal (ByteSize.print 812e6) "812 MB" "MB"
            Expect.equal (ByteSize.print 999.0) "999 B" "B"
            Expect.equal (ByteSize.print 1.25e12) "1.25 TB" "TB"
            Expect.equal (ByteSize.parse (ByteSize.print 232e6)) (Ok 232_000_000L) "and back"
    ]
