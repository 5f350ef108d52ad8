import LodeDomain
import Testing

extension RegistryContract {
    static let retention: [RegistryContract] = [
        RegistryContract("a version with an alias is not deleted, and says which alias") { subject in
            let version = try await subject.publish()
            try await subject.promote(version)
            try await subject.promote(version, to: "candidate")
            await #expect(
                throws: StoreError.modelVersionAliased(number: 1, aliases: ["candidate", "production"])
            ) {
                try await subject.registry.deleteIfUnaliased(version.id)
            }
            #expect(try await subject.registry.weights(of: version.id) == [1])
        },
        RegistryContract("a deleted version is gone, and its number is not given again") { subject in
            let version = try await subject.publish()
            try await subject.registry.deleteIfUnaliased(version.id)
            #expect(try await subject.numbers.isEmpty)
            await #expect(throws: StoreError.modelVersionNotFound(version.id)) {
                try await subject.registry.deleteIfUnaliased(version.id)
            }
            #expect(try await subject.publish().number == 2)
        },
        RegistryContract("pruning keeps the newest without an alias, and all with one") { subject in
            var versions: [ModelVersion] = []
            for _ in 0..<6 { versions.append(try await subject.publish()) }
            try await subject.promote(versions[0])
            let deleted = try await subject.registry.prune(subject.dataset, keepingUnaliased: 2)
            #expect(deleted == [2, 3, 4])
            #expect(try await subject.numbers == [6, 5, 1])
            #expect(try await subject.registry.prune(subject.dataset, keepingUnaliased: 2) == [])
        },
        RegistryContract("publishing can prune in the same step") { subject in
            for _ in 0..<4 { _ = try await subject.publish() }
            _ = try await subject.publish(keepsUnaliased: 2)
            #expect(try await subject.numbers == [5, 4])
        },
        RegistryContract("a version that no job made has its provenance") { subject in
            let provenance = ModelProvenance(
                origin: .imported, parent: 4,
                extent: DataExtent(series: 3, observations: 60, firstTime: -1.5, lastTime: 9), codeVersion: "0.1.0+ab")
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 2), metadata: "{}", weights: [5],
                provenance: provenance)
            let version = try await subject.registry.add(draft, at: at(7))
            #expect(version.job == nil && version.number == 1 && version.provenance == provenance)
            #expect(try await subject.registry.version(1, of: subject.dataset) == version)
        },
    ]
}
