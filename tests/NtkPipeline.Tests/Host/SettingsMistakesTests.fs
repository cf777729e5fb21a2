/// What a command's options may be is Core's to say; the program only names the options.
module NtkPipeline.Tests.SettingsMistakesTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private grid = {
    Smallest = 1e-3
    Largest = 10.0
    PointsPerDecade = 4
    ChooseBy = RidgeChoice.LeaveOneOut
}

let private sound: SelectionSettings = {
    Ridges = grid
    Times = [| 1.0 |]
    Folds = 5
    HoldOut = 0.2
    Seed = Seed.root 1UL
    IsSingle = true
}

let tests =
    testList "mistakes in settings" [
        test "of a selection all are found, each after its setting's name" {
            Expect.isEmpty (SelectionSettings.mistakes sound) "none"

            let wrong = {
                sound with
                    Ridges = { grid with Largest = 1e-4; ChooseBy = RidgeChoice.Likelihood }
                    Times = [| 1.0; 0.0; nan |]
                    Folds = 1
                    HoldOut = 0.95
            }

            Expect.equal
                (SelectionSettings.mistakes wrong
                 |> List.map (fun mistake -> (mistake.Split [| ' '; ':' |])[0]))
                [ "ridges"; "times"; "times"; "times"; "folds"; "hold-out" ]
                "in order"

            let ridges more = SelectionSettings.mistakes { sound with Ridges = more } |> List.length
            Expect.equal (ridges { grid with PointsPerDecade = 100 }) 0 "a fine grid"
            Expect.equal (ridges { grid with PointsPerDecade = 101 }) 1 "too fine a grid"
            Expect.equal (ridges { grid with Smallest = 1e-300 }) 1 "ridges that cannot be computed with"

            for holdOut in [ 0.0; 0.9 ] do
                Expect.isEmpty (SelectionSettings.mistakes { sound with HoldOut = holdOut }) "the ends belong"
        }

        testCase "the program names the option, and what it cannot read as numbers too, all at once"
        <| inFolder (fun folder ->
            let select more =
                [
                    "select"
                    "--network"
                    "dense 8 | relu | dense 1"
                    "--x"
                    "x.npy"
                    "--y"
                    "y.npy"
                    "--out"
                    Path.Combine(folder, "t.csv")
                ]
                @ more

            select [ "--ridges"; "1rel:2rel:0.5"; "--times"; "1,two"; "--folds"; "1" ]
            |> refused 2 [
                "--ridges '1rel:2rel:0.5': write"
                "--times '1': times here are multiples of each kernel's N/Λ_max; write 1rel"
                "--times 'two': write"
                "--folds 1: at least 2"
            ]

            select [ "--times"; "1e-400rel,1e400rel" ]
            |> refused 2 [ "--times '1e-400rel': it is too small"; "--times '1e400rel': it is too" ]

            select [ "--ridges"; "1rel:0rel:2"; "--times"; "-1rel"; "--hold-out"; "1" ]
            |> refused 2 [
                "--ridges: ridges from 1 to 0"
                "--times: -1 is none"
                "--hold-out 1: it lies"
            ])
    ]
