/// Which ridge `regress` takes, and the path that it writes.
module NtkPipeline.Tests.RegressRidgeTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RegressCall

let private table (path: string) =
    let lines = File.ReadAllLines path
    lines[0].Split ',', lines[1..] |> Array.map _.Split(',')

let tests =
    testList "regress" [
        testCase "a grid is searched by each score, and path.csv has its row for each ridge"
        <| inFolder (fun folder ->
            let y' = writeVector folder "y" y
            let csv = Path.Combine(folder, "path.csv")

            for choice, name, sign in
                [
                    "loo", "loo-error", 1.0
                    "gcv", "gcv", 1.0
                    "likelihood", "log-likelihood", -1.0
                    "cv", "cv-error", 1.0
                    "loo-accuracy", "loo-accuracy", -1.0
                ] do
                let arguments, out = regress folder kernel y' [ "--select"; choice; "--path"; csv ]
                let json = wantJson arguments
                let header, rows = table csv
                Expect.equal rows.Length 22 "three a decade, from 1e-4 to 1e3"
                let place = Array.IndexOf(header, name)
                let best = rows |> Array.rev |> Array.minBy (fun row -> sign * float row[place])
                wantClose 1e-15 choice [| float best[0] |] [| real "ridge" json |]
                wantClose 1e-10 "f" (values out) (f (real "ridge" json) kernel y)

                Expect.equal
                    (Array.contains "cv-error" header)
                    (choice = "cv")
                    "folds only where they are used")

        testCase "--refine goes on to where the score is stationary, and path.csv has that row too"
        <| inFolder (fun folder ->
            let csv, y' = Path.Combine(folder, "path.csv"), writeVector folder "y" y
            let select extra = regress folder kernel y' ([ "--select"; "likelihood"; "--path"; csv ] @ extra)
            let grid = select [] |> fst |> wantJson
            let arguments, out = select [ "--refine" ]
            let json = wantJson arguments
            let header, rows = table csv
            let cell name (row: string[]) = float row[Array.IndexOf(header, name)]
            Expect.equal rows.Length 23 "the grid's 22 and one more"
            Expect.contains (rows |> Array.map (cell "ridge")) (real "ridge" json) "its row"
            Expect.equal (real "stationaryRidge" json) (real "ridge" json) "chosen"
            Expect.isGreaterThan (real "logLikelihood" json) (real "logLikelihood" grid) "better"
            wantClose 1e-10 "f" (values out) (f (real "ridge" json) kernel y)
            let answer = wantDone arguments
            Expect.stringContains answer.Output "where it is stationary" "said"
            let answer = select [ "--refine"; "--largest"; "0.01rel" ] |> fst |> wantDone
            Expect.stringContains answer.Output "--largest widens the grid" "or why not")

        testCase "the path's numbers are those of refits, and rows of one group leave together"
        <| inFolder (fun folder ->
            let csv, y' = Path.Combine(folder, "path.csv"), writeVector folder "y" y
            let groups = Array.init 45 (fun i -> float (i / 5))
            let folds = Array.init 45 (fun i -> float (i / 5 % 3))

            let grid = [
                "--select"
                "cv"
                "--smallest"
                "0.01rel"
                "--largest"
                "1rel"
                "--points-per-decade"
                "1"
            ]

            let arguments, _ =
                regress
                    folder
                    kernel
                    y'
                    (grid @ [ "--folds"; writeVector folder "folds" folds; "--path"; csv ])

            wantDone arguments |> ignore
            let header, rows = table csv
            let cell name (row: string[]) = float row[Array.IndexOf(header, name)]

            for row in rows do
                let ridge = cell "ridge" row
                let held = Array.zeroCreate 45

                for k in 0..2 do
                    let out = [| 0..44 |] |> Array.filter (fun i -> folds[i] = float k)
                    heldOut ridge kernel y out |> Array.iteri (fun n value -> held[out[n]] <- value)

                let error = Array.map2 (fun a b -> (a - b) ** 2.0) held y |> Array.average
                wantClose 1e-9 "folds as given" [| cell "cv-error" row |] [| error |]

            let grouped, _ =
                regress folder kernel y' (grid @ [ "--groups"; writeVector folder "groups" groups ])

            wantDone grouped |> ignore

            let few, _ =
                regress
                    folder
                    kernel
                    y'
                    (grid @ [ "--groups"; writeVector folder "few" (Array.create 45 1.0) ])

            few |> refused 1 [ "5 folds"; "1 groups" ]
            // Stratified folds of groups, apart from the command: no group is torn.
            let targets = column y

            let made =
                FitFolds.stratified 3 (Seed.root 1UL) (Some("g", column groups)) targets
                |> Flip.Expect.wantOk ""

            for _, rows in Array.zip groups made |> Array.groupBy fst do
                Expect.hasLength (rows |> Array.map snd |> Array.distinct) 1 "together")
    ]
