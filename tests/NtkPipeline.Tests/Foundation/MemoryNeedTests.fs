module NtkPipeline.Tests.MemoryNeedTests

open Expecto
open NtkPipeline.Core

let private need = { Work = "regress: 30000 rows"; Bytes = 28.94e9; WayOn = "take fewer" }

let tests =
    testList "MemoryNeed" [
        testCase "sizes that are estimates have two digits"
        <| fun () ->
            for bytes, text in
                [
                    3.24e9, "3.2 GB"
                    28.94e9, "29 GB"
                    481e6, "480 MB"
                    999e6, "1 GB"
                    2.0, "2 B"
                    0.0, "0 B"
                    1.26e12, "1.3 TB"
                ] do
                Expect.equal (ByteSize.about bytes) text $"%g{bytes}"

        testCase "what fits is stated, and what does not is refused with the way on"
        <| fun () ->
            Expect.equal
                (MemoryNeed.print need)
                "regress: 30000 rows need about 29 GB of memory"
                "what a person reads"

            Expect.equal (MemoryNeed.check (MemoryLimit.Machine 28.94e9) need) (Ok()) "just enough"

            Expect.equal
                (MemoryNeed.check (MemoryLimit.Machine 25e9) need)
                (Error(
                    MachineLacks
                        "regress: 30000 rows need about 29 GB of memory, and this machine has 25 GB; take fewer."
                ))
                "the machine"

            Expect.equal
                (MemoryNeed.check (MemoryLimit.Allowed 2e9) need)
                (Error(
                    MachineLacks
                        "regress: 30000 rows need about 29 GB of memory, and 2 GB may be used; take fewer."
                ))
                "a person"
    ]
