/// Where `descend` ends, and what it refuses.
module NtkPipeline.Tests.DescendLimitTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.DescendCall
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let tests =
    testList "descend" [
        testCase
            "what multiple of the stability limit the rate is, is told; past it steps are refused, flow is not"
        <| inFolder (fun folder ->
            let spectrum = Flip.Expect.wantOk "" (Spectrum.decompose "K" (KernelMatrix.Double kernel))
            let limit = 2.0 * 25.0 / spectrum.Computed[0]
            let json = descend folder "inf,3" "0.5" [ "--steps" ] |> fst |> wantJson
            wantClose 1e-9 "limit" [| real "stabilityLimit" json |] [| limit |]
            wantClose 1e-9 "multiple" [| real "ofStabilityLimit" json |] [| 0.5 / limit |]
            let past = string (1.01 * limit)
            descend folder "5" past [ "--steps" ] |> fst |> refused 1 [ "stable"; "diverge" ]
            descend folder "inf" past [ "--steps" ] |> fst |> refused 1 [ "stable" ]
            descend folder "5" past [ "--steps"; "--momentum"; "0.1" ] |> fst |> wantDone |> ignore
            descend folder "5" past [] |> fst |> wantDone |> ignore
            // All steps there are end where all time does.
            let ends flags =
                let arguments, out = descend folder "inf" "0.5" flags
                wantDone arguments |> ignore
                values out

            wantClose 1e-12 "the end" (ends [ "--steps" ]) (ends []))

        testCase
            "a repeated row learns the mean of its targets, in all time; a smooth kernel cannot be trained so long"
        <| inFolder (fun folder ->
            let twice = Array.append [| 0..24 |] [| 3 |]
            let k, out = Matrix.gather twice twice kernel, Path.Combine(folder, "p.npy")

            let call kernel times = [
                "descend"
                "--k-train"
                write folder "k" kernel
                "--y"
                writeVector folder "y" (Array.append y [| -y[3] |])
                "--times"
                times
                "--rate"
                "1"
                "--out"
                out
            ]

            wantDone (call k "inf,1e20") |> ignore
            let expected = Array.append (Array.mapi (fun i t -> if i = 3 then 0.0 else t) y) [| 0.0 |]
            wantClose 1e-9 "all time, and much of it" (values out) (Array.append expected expected)
            let xs = points 120 |> Array.map (Array.map ((*) 0.5))

            [
                "descend"
                "--k-train"
                write folder "k" (kernelOf xs xs)
                "--y"
                writeVector folder "y" (targets xs)
                "--times"
                "inf"
                "--rate"
                "1"
                "--out"
                out
            ]
            |> refused 1 [ "digits" ])

        testCase "what has an end is taken there, and infinity is the word inf in JSON"
        <| inFolder (fun folder ->
            let out = Path.Combine(folder, "p.npy")

            let call k y extra =
                wantJson (
                    [
                        "descend"
                        "--k-train"
                        write folder "k" k
                        "--y"
                        writeVector folder "y" y
                        "--out"
                        out
                    ]
                    @ [ "--rate"; "2" ]
                    @ extra
                )

            let p = y |> Array.map (fun label -> 0.5 + 0.4 * label)
            let json = call kernel p [ "--times"; "inf"; "--loss"; "logistic" ]

            wantClose
                1e-10
                "logits of soft targets"
                (values out)
                (p |> Array.map (fun p -> log (p / (1.0 - p))))

            let time = get "times" json |> items |> Array.exactlyOne
            Expect.equal (time.GetString()) "inf" "the time"
            let nothing = Matrix.init 25 25 (fun _ _ -> 0.0)
            let json = call nothing y [ "--times"; "3" ]
            Expect.equal (text "stabilityLimit" json) "inf" "a kernel of zeros learns nothing at any rate"
            Expect.all (values out) ((=) 0.0) "nothing")

        testCase "what is wrong on the line is told all at once"
        <| inFolder (fun folder ->
            let refused words times rate extra = descend folder times rate extra |> fst |> refused 2 words
            refused [ "'soon'"; "--rate 0"; "--momentum" ] "0,soon" "0" [ "--momentum"; "1" ]
            refused [ "'0.5' is not a number of steps" ] "0.5" "1" [ "--steps" ]
            refused [ "'1e-400': it is too small for float64" ] "1,1e-400" "1" []
            refused [ "--momentum belongs to --steps" ] "1" "1" [ "--momentum"; "0.5" ]
            let a = [ "--f0-train"; writeVector folder "a" y ]
            refused [ "come together" ] "1" "1" (onTest folder @ a)
            let short = [ "--f0-train"; writeVector folder "a" y[1..] ]
            descend folder "1" "1" short |> fst |> Ntk.refused 1 [ "f₀"; "24"; "25" ])
    ]
