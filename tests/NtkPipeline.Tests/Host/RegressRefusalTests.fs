module NtkPipeline.Tests.RegressRefusalTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RegressCall

let tests =
    testList "regress" [
        testCase "what is no kernel or does not fit is refused with its file and entry"
        <| inFolder (fun folder ->
            let y' = writeVector folder "y" y

            let change i j value =
                Matrix.init 45 45 (fun a b -> if (a, b) = (i, j) then value else kernel[a, b])

            let refused words kernel extra = regress folder kernel y' extra |> fst |> refused 1 words
            refused [ "k.npy"; "(3, 7)"; "NaN" ] (change 3 7 nan) []
            refused [ "k.npy"; "(7, 3)"; "not symmetric" ] (change 3 7 0.1) []
            refused [ "k.npy"; "not positive semi-definite" ] (change 5 5 -0.5) [ "--ridge"; "9" ]
            refused [ "k.npy"; "44 rows and 45 columns" ] (Matrix.gather [| 0..43 |] [| 0..44 |] kernel) []

            refused
                [ "k.npy"; "44 rows"; "45 rows of targets" ]
                (Matrix.gather [| 0..43 |] [| 0..43 |] kernel)
                []

            let bad = writeVector folder "bad" (Array.mapi (fun i t -> if i = 9 then infinity else t) y)
            regress folder kernel bad [] |> fst |> Ntk.refused 1 [ "training row 9" ]
            let numbers = writeVector folder "numbers" (Array.init 45 float)

            let wide = [
                "--smallest"
                "1e-300rel"
                "--largest"
                "1e300rel"
                "--points-per-decade"
                "1"
            ]

            regress folder kernel y' wide |> fst |> Ntk.refused 1 [ "1e-300"; "must lie between" ]
            let json = regress folder kernel y' [ "--ridge"; "1e300" ] |> fst |> wantJson
            wantClose 1e-12 "GCV of a fit of nothing" [| real "gcv" json |] [| 1.0 |]
            let byAccuracy, _ = regress folder kernel numbers [ "--select"; "loo-accuracy" ]
            byAccuracy |> Ntk.refused 1 [ "no classes" ]
            let usage words extra = regress folder kernel y' extra |> fst |> Ntk.refused 2 words
            usage [ "--ridge"; "--select" ] [ "--ridge"; "1"; "--select"; "loo" ]
            usage [ "--ridge '-1'" ] [ "--ridge"; "-1" ]
            usage [ "best" ] [ "--select"; "best" ]
            usage [ "--refine"; "cv"; "no derivative" ] [ "--refine"; "--select"; "cv" ]
            usage [ "--ridge"; "--refine" ] [ "--refine"; "--ridge"; "1" ]
            usage [ "--smallest" ] [ "--smallest"; "0rel" ]
            usage [ "--smallest '1e-3'"; "write 1e-3rel" ] [ "--smallest"; "1e-3" ])
    ]
