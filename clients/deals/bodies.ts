// What is posted: the same for every client, each checks it against its own types.
export const LEAD = {
  client_name: "Иван Петрович",
  requirements: {
    location: { city: "Москва", districts: ["Хамовники"], metro_stations: ["Фрунзенская"] },
    budget: { min: 20_000_000, max: 30_000_000.5 },
    area: { min: 50, max: 80.25 },
    rooms: [2, 3],
    property_type: "APARTMENT" as const,
    property_class: "BUSINESS" as const,
    condition: "FINISHING" as const,
    payment_method: "MORTGAGE" as const,
  },
};

export const PROPERTY = {
  address: {
    city: "Москва",
    district: "Хамовники",
    street: "Комсомольский проспект",
    house_number: "15",
    metro_station: "Фрунзенская",
  },
  details: {
    price: 28_500_000,
    area: 64.57,
    rooms: 2,
    floor: 7,
    total_floors: 12,
    property_type: "APARTMENT" as const,
    property_class: "BUSINESS" as const,
    condition: "FINISHING" as const,
  },
  commission_share: 50,
};

let registered = 0;

export function realtor(name: string) {
  registered += 1;
  return { telegram_id: `${name}-${Date.now()}-${registered}`, phone: "+7 916 123-45-67" };
}
