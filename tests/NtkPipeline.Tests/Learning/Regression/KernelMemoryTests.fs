module NtkPipeline.Tests.KernelMemoryTests

open Expecto
open NtkPipeline.Core

let private square entry rows = { Rows = rows; Columns = rows; Entry = entry }
let private nothing = { Rows = 0; Columns = 0; Entry = 4 }

/// MB of a process that `ntk` was, 3,000 rows each but where it says otherwise, as /usr/bin/time measured it; one output.
let private measured = [
    "regress of float32 by loo", 509.0, KernelMemory.regress (square 4 3000) nothing 1 22 None
    "regress of float32 by cv", 515.0, KernelMemory.regress (square 4 3000) nothing 1 22 (Some 5)
    "descend of float32 at three times",
    520.0,
    KernelMemory.descend (square 4 3000) { Rows = 500; Columns = 3000; Entry = 4 } 1 3
    "descend on cross-entropy", 510.0, KernelMemory.descend (square 4 3000) nothing 1 2
    "posterior of an ensemble, 2,000 rows and 500", 502.0, KernelMemory.posterior true 2000 500 32
    "posterior, 2,000 rows and 1,000", 443.0, KernelMemory.posterior false 2000 1000 32
    "select, 2,400 of 3,000 rows", 618.0, KernelMemory.select 4 2400 32 17 5
    "learn, 1,000 rows", 672.0, KernelMemory.learn 1 1000 32
    "learn, 2,000 rows", 1830.0, KernelMemory.learn 1 2000 32
]

let tests =
    testList "KernelMemory" [
        for name, mb, bytes in measured do
            testCase $"what was measured lies below what is stated, and not far: %s{name}"
            <| fun () ->
                Expect.isGreaterThanOrEqual (bytes / 1e6) (0.97 * mb) "enough"
                Expect.isLessThan (bytes / 1e6) (1.35 * mb) "no more than it takes"

        testCase
            "a float64 kernel is held once, with its eigenvectors and LAPACK's workings; a float32 one has a copy"
        <| fun () ->
            Expect.equal (KernelMemory.decompose 8 1000) 32e6 "8 + 8 + 16 bytes an entry"
            Expect.equal (KernelMemory.decompose 4 1000) 36e6 "4 + 8 + 8 + 16 bytes an entry"

        testCase "rows of any number have a need: nothing overflows"
        <| fun () ->
            let rows = 10_000_000
            Expect.isGreaterThan (KernelMemory.regress (square 8 rows) nothing 1 22 (Some 5)) 3e15 "petabytes"
            Expect.isGreaterThan (KernelMemory.posterior true rows rows 1000) 1e16 "petabytes"
    ]
