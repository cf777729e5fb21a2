module NtkPipeline.Tests.BenchTests

open System.Text.Json
open Expecto
open NtkPipeline.Runtime

let private lastLine (text: string) = text.TrimEnd().Split '\n' |> Array.last

let tests =
    testList "ntk bench" [
        test "ratios are what was measured over what it is a ratio to, each with its aim" {
            let answer =
                Ntk.wantDone [ "bench"; "analytic"; "structured"; "--rows"; "64"; "--json"; "--quiet" ]

            let root = JsonDocument.Parse(lastLine answer.Output).RootElement
            let ratios = [ for ratio in root.GetProperty("ratios").EnumerateArray() -> ratio ]
            Expect.hasLength ratios 4 "three of analytic, one of structured"

            for entry in ratios do
                let number (name: string) = entry.GetProperty(name).GetDouble()
                let text (name: string) = string (entry.GetProperty name)
                Expect.isGreaterThan (number "measured") 0.0 "takes time"
                Expect.equal (number "ratio") (number "measured" / number "reference") "ratio"
                Expect.stringContains answer.Output (text "what") "what"
                Expect.stringContains answer.Output (text "referenceName") "referenceName"

                let isWithin = number "ratio" <= float (text("aim").Replace("≤ ", ""))
                Expect.equal (entry.GetProperty("met").GetBoolean()) isWithin "met"
        }

        test "an aim from below is met above it" {
            let ratio = Ratio.ofSeconds "a" 9.0 2.0 "b" (AtLeast 4.5)
            Expect.equal (Ratio.isMet ratio) (Some true) "4.5 ≥ 4.5"
            Expect.equal (Ratio.isMet { ratio with Measured = 8.9 }) (Some false) "4.45"
            Expect.equal (Ratio.print ratio) "a: 9.000 s = 4.50 × b (2.000 s); aim ≥ 4.5, met" "text"
        }

        test "names that are not known are told, with those that are" {
            [ "bench"; "analytik"; "structured"; "depth" ]
            |> Ntk.refused 2 [ "'analytik'"; "'depth'"; "analytic, " ]

            [ "bench"; "--rows"; "3" ] |> Ntk.refused 2 [ "--rows"; "16" ]
        }

        test "names are unique" {
            let names = Ratios.all |> List.map _.Name
            Expect.equal (List.distinct names) names "one measurement a name"
        }
    ]
