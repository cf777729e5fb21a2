/// Mistyped command lines: each is answered with what would be right.
module NtkPipeline.Tests.CommandMistakesTests

open Expecto
open NtkPipeline.Tests.Ntk

let private matrices = [ "--k-train"; "k.npy"; "--y"; "y.npy"; "--out"; "p.npy" ]

/// A command line, the words that its refusal has, and those that it has not.
let private mistakes = [
    [ "kernle"; "--x"; "a" ], [ "there is no command 'kernle'; did you mean kernel?" ], [ "--x" ]
    [ "zzzzz" ], [ "there is no command 'zzzzz'; `ntk help` lists them all" ], [ "did you mean" ]
    [ "store" ], [ "`ntk store` alone does nothing"; "store verify, store gc, store size" ], []
    [ "store"; "sze" ], [ "'store sze'; did you mean size?" ], []
    [ "help"; "regres" ], [ "did you mean regress?" ], []
    [ "kernel"; "--netwrok"; "dense 1" ],
    [ "`ntk kernel` has no option --netwrok; did you mean --network?" ],
    [ "required"; "dense 1" ]
    [ "kernel"; "--network=dense 1"; "--percision=float32" ], [ "did you mean --precision?" ], [ "float32" ]
    [ "run"; "--zzzzzzzz" ], [ "`ntk run` has no option --zzzzzzzz; `ntk help run`" ], [ "did you mean" ]
    [ "kernel"; "--network"; "dense 1"; "more" ], [ "`ntk kernel` takes no 'more'" ], []
    "regress" :: matrices @ [ "--select"; "lo" ],
    [ "--select 'lo': it is not one of cv, cv-accuracy"; "did you mean loo?" ],
    []
    [ "completions"; "bsh" ], [ "shell 'bsh': it is not one of bash"; "did you mean bash?" ], []
    [ "run"; "--experiment"; "widhts" ], [ "experiments: 'widhts'"; "did you mean widths?" ], []
    [ "run"; "--set"; "embed.encoder=minlm" ], [ "embed.encoder: 'minlm'"; "did you mean minilm?" ], []
    [ "run"; "--set"; "train.epoch=3" ], [ "did you mean train.epochs?" ], []
    [ "regress"; "--k-train"; "k.npy" ], [ "'--y' is required"; "'--out' is required" ], []
]

let tests =
    testList "mistyped command lines" [
        testCase "each is refused as usage, with the nearest command, option or value"
        <| fun () ->
            for arguments, words, others in mistakes do
                refused 2 words arguments
                let said = (call arguments).Error

                for other in others do
                    Expect.isFalse (said.Contains other) $"%A{arguments}: %s{said}"
    ]
